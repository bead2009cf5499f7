//go:build e2e

package scale

import (
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfn "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/gatehouse-dev/gatehouse/internal/kv/pgkv/pgtest"
	"github.com/gatehouse-dev/gatehouse/test/e2e/process"
)

// links is how many resources of the chain there are, one after the other: so
// many that the server is killed in the middle.
const links = 150

// takeoverLimit is the longest that an operation rests: the lease and a third
// of it, and the time to do the rest.
const takeoverLimit = 45 * time.Second

func chain() string {
	var b strings.Builder
	b.WriteString("Resources:\n")
	for i := range links {
		fmt.Fprintf(&b, "  G%d: {Type: AWS::Logs::LogGroup, Properties: {LogGroupName: /chain/%d}", i, i)
		if i > 0 {
			fmt.Fprintf(&b, ", DependsOn: G%d", i-1)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// completed counts the resources of the chain that are made, and how often the
// events say so of each.
func completed(t *testing.T, n *node) map[string]int {
	t.Helper()
	times := map[string]int{}
	pages := cloudformation.NewDescribeStackEventsPaginator(n.stacks, &cloudformation.DescribeStackEventsInput{StackName: aws.String("chain")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page.StackEvents {
			if e.ResourceStatus == cfn.ResourceStatusCreateComplete && *e.LogicalResourceId != "chain" {
				times[*e.LogicalResourceId]++
			}
		}
	}
	return times
}

// A server is killed in the middle of a deployment; the other one finishes it,
// and goes on answering for the stack that the dead one deployed.
func TestTakeover(t *testing.T) {
	database := pgtest.Start(t).Database(t)
	a, b := serve(t, database), serve(t, database)
	st := a.up(t)
	if _, err := a.stacks.CreateStack(t.Context(), &cloudformation.CreateStackInput{StackName: aws.String("chain"), TemplateBody: aws.String(chain())}); err != nil {
		t.Fatal(err)
	}
	eventually(t, 20*time.Second, "the first resources", func() bool { return len(completed(t, b)) > 3 })
	a.Stop(syscall.SIGKILL)
	made := len(completed(t, b))
	if made == links {
		t.Fatal("the deployment was over before the server was killed")
	}
	t.Logf("killed after %d of %d resources", made, links)
	began := time.Now()
	eventually(t, takeoverLimit, "the stack", func() bool {
		out, err := b.stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String("chain")})
		if err != nil {
			t.Fatal(err)
		}
		switch status := out.Stacks[0].StackStatus; status {
		case cfn.StackStatusCreateInProgress:
			return false
		case cfn.StackStatusCreateComplete:
			return true
		default:
			t.Fatalf("the stack is %s", status)
		}
		return false
	})
	t.Logf("finished %s after the kill", time.Since(began).Round(time.Millisecond))
	times := completed(t, b)
	if len(times) != links {
		t.Errorf("%d of %d resources were made", len(times), links)
	}
	for id, n := range times {
		if n != 1 {
			t.Errorf("%s was completed %d times", id, n)
		}
	}
	groups := 0
	pages := cloudwatchlogs.NewDescribeLogGroupsPaginator(b.logs, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: aws.String("/chain/")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		groups += len(page.LogGroups)
	}
	if groups != links {
		t.Errorf("there are %d log groups", groups)
	}
	st.wantSent(t, b, st.token(t, b))
}

// Two servers do not share a data directory: the second one would empty the
// first one's caches.
func TestOneDirectoryEach(t *testing.T) {
	database := pgtest.Start(t).Database(t)
	a := serve(t, database)
	bin, err := process.Binary()
	if err != nil {
		t.Fatal(err)
	}
	out, err := process.Command(".", nil, bin, "serve", "--listen", "127.0.0.1:0", "--data", a.DataDir, "--store", database)
	if err == nil || !strings.Contains(out, "in use by another Gatehouse") {
		t.Errorf("%v: %s", err, out)
	}
}
