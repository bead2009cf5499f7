//go:build e2e

package scale

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"github.com/gatehouse-dev/gatehouse/test/e2e/process"
)

const (
	stackName = "sms-api"
	message   = `{"phone":"+12065550100","message":"Hello"}`
)

// stack is stacks/sms-api, by its outputs.
type stack map[string]string

// up deploys stacks/sms-api at a node by `gatehouse up`.
func (n *node) up(t *testing.T) stack {
	t.Helper()
	bin, err := process.Binary()
	if err != nil {
		t.Fatal(err)
	}
	if out, err := process.Command(process.Root(), n.Env(), bin, "up", "stacks/sms-api"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := n.stacks.DescribeStacks(t.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String(stackName)})
	if err != nil {
		t.Fatal(err)
	}
	st := stack{}
	for _, o := range out.Stacks[0].Outputs {
		st[*o.OutputKey] = *o.OutputValue
	}
	return st
}

// token gets an access token at a node.
func (st stack) token(t *testing.T, n *node) string {
	t.Helper()
	c, err := n.pools.DescribeUserPoolClient(t.Context(), &cognitoidentityprovider.DescribeUserPoolClientInput{
		UserPoolId: aws.String(st["UserPoolId"]), ClientId: aws.String(st["ClientId"])})
	if err != nil {
		t.Fatal(err)
	}
	form := "grant_type=client_credentials&client_id=" + st["ClientId"] + "&client_secret=" + *c.UserPoolClient.ClientSecret
	status, body := n.send(t, "POST", st["TokenUrl"], form, "Content-Type", "application/x-www-form-urlencoded")
	var answer struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(body), &answer); err != nil || status != 200 || answer.AccessToken == "" {
		t.Fatalf("token: %d %s", status, body)
	}
	return answer.AccessToken
}

// call sends a text by the API at a node.
func (st stack) call(t *testing.T, n *node, token string) (int, string) {
	t.Helper()
	return n.send(t, "POST", st["ApiUrl"], message, "Content-Type", "application/json", "Authorization", token)
}

func (st stack) wantSent(t *testing.T, n *node, token string) {
	t.Helper()
	if status, body := st.call(t, n, token); status != 200 || !strings.Contains(body, "messageId") {
		t.Fatalf("at %s: %d %s", n.Addr, status, body)
	}
}

// physical is the id of a resource of the stack.
func (n *node) physical(t *testing.T, logical string) *string {
	t.Helper()
	out, err := n.stacks.DescribeStackResource(t.Context(), &cloudformation.DescribeStackResourceInput{
		StackName: aws.String(stackName), LogicalResourceId: &logical})
	if err != nil {
		t.Fatal(err)
	}
	return out.StackResourceDetail.PhysicalResourceId
}
