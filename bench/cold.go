package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"os/exec"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/lambda/types"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
)

const coldGoal = 1.5

// coldFunctions times the first invocation of a Node function after each
// change of its configuration, so that no instance that served is left, beside
// `node -e ""`. The time is the client's: signature, policy, start, answer.
func coldFunctions(ctx context.Context, l *lab, t *table) error {
	node, err := nodeProgram()
	if err != nil {
		return err
	}
	const name = "cold-node"
	if _, err := node.deploy(ctx, l.account, name); err != nil {
		return err
	}
	times := 15
	if l.quick {
		times = 3
	}
	// The first of each reads Node from the disk, and does not count.
	if err := errors.Join(exec.CommandContext(ctx, "node", "-e", "").Run(), l.account.invoke(ctx, name)); err != nil {
		return err
	}
	var cold, bare rounds
	for i := range times {
		began := clock.Machine()
		if err := exec.CommandContext(ctx, "node", "-e", "").Run(); err != nil {
			return err
		}
		bare = append(bare, clock.Machine().Sub(began).Seconds()*1000)

		if err := l.account.touch(ctx, name, i); err != nil {
			return err
		}
		began = clock.Machine()
		if err := l.account.invoke(ctx, name); err != nil {
			return err
		}
		cold = append(cold, clock.Machine().Sub(began).Seconds()*1000)
	}
	ratio := paired(cold, bare).median()
	t.add(row{what: "cold Node function, first invocation", ours: milliseconds(cold), peer: `node -e "" ` + milliseconds(bare),
		ratio: fmt.Sprintf("%.2f", ratio), goal: "<= 1.50", verdict: judge(ratio <= coldGoal)})
	return nil
}

// touch changes the function's environment and waits until that applies.
func (a *account) touch(ctx context.Context, name string, n int) error {
	_, err := a.lambda.UpdateFunctionConfiguration(ctx, &lambda.UpdateFunctionConfigurationInput{FunctionName: &name,
		Environment: &types.Environment{Variables: map[string]string{"ROUND": strconv.Itoa(n)}}})
	if err != nil {
		return err
	}
	return a.active(ctx, name)
}

// invoke fails unless the invocation started a new instance.
func (a *account) invoke(ctx context.Context, name string) error {
	out, err := a.lambda.Invoke(ctx, &lambda.InvokeInput{FunctionName: &name, LogType: types.LogTypeTail,
		Payload: []byte(`{"queryStringParameters":{"name":"bench"}}`)})
	if err != nil {
		return err
	}
	if out.FunctionError != nil {
		return fmt.Errorf("the function failed: %s: %s", aws.ToString(out.FunctionError), out.Payload)
	}
	log, err := base64.StdEncoding.DecodeString(aws.ToString(out.LogResult))
	if err != nil {
		return err
	}
	// Lambda reports the initialisation with an instance's first invocation only.
	if !bytes.Contains(log, []byte("Init Duration: ")) {
		return fmt.Errorf("an instance that had served before answered: %s", log)
	}
	return nil
}
