package up

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/sigv4sign"
)

// maxAnswer bounds what is read of an answer, bytes.
const maxAnswer = 16 << 20

// client makes the few calls that deploying needs.
type client struct{ o *Options }

// apiError is an answer that is an error.
type apiError struct {
	Status  int
	Code    string `xml:"Error>Code"`
	Message string `xml:"Error>Message"`
}

func (e *apiError) Error() string { return e.Code + ": " + e.Message }

// call makes a CloudFormation call and reads the answer's result into out.
func (c *client) call(ctx context.Context, action string, form url.Values, out any) error {
	form.Set("Action", action)
	form.Set("Version", "2010-05-15")
	body := form.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.o.Endpoint+"/", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	c.sign(req, "cloudformation", sum([]byte(body)))
	resp, err := c.o.Client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		e := &apiError{Status: resp.StatusCode}
		if xml.Unmarshal(answer, e) != nil || e.Code == "" {
			return fmt.Errorf("%s %s: %s: %.200s", c.o.Endpoint, action, resp.Status, answer)
		}
		return e
	}
	return xml.Unmarshal(answer, out)
}

func (c *client) sign(req *http.Request, service, payload string) {
	sigv4sign.Sign(req, c.o.Credentials, c.o.Region, service, payload, c.o.Clock.Now())
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// stack is what DescribeStacks tells of a stack.
type stack struct {
	ID         string `xml:"StackId"`
	Status     string `xml:"StackStatus"`
	Reason     string `xml:"StackStatusReason"`
	Parameters []struct {
		Key string `xml:"ParameterKey"`
	} `xml:"Parameters>member"`
	Outputs []Output `xml:"Outputs>member"`
}

// Output is an output of the stack.
type Output struct {
	Key         string `xml:"OutputKey"`
	Value       string `xml:"OutputValue"`
	Description string `xml:"Description"`
}

// describe returns the stack, nil if there is none.
func (c *client) describe(ctx context.Context, nameOrID string) (*stack, error) {
	var out struct {
		Stacks []stack `xml:"DescribeStacksResult>Stacks>member"`
	}
	err := c.call(ctx, "DescribeStacks", url.Values{"StackName": {nameOrID}}, &out)
	if e, ok := err.(*apiError); ok && e.Code == "ValidationError" && strings.HasSuffix(e.Message, "does not exist") {
		return nil, nil
	}
	if err != nil || len(out.Stacks) == 0 {
		return nil, err
	}
	return &out.Stacks[0], nil
}

// event is what happened to a resource.
type event struct {
	ID        string    `xml:"EventId"`
	LogicalID string    `xml:"LogicalResourceId"`
	Type      string    `xml:"ResourceType"`
	Status    string    `xml:"ResourceStatus"`
	Reason    string    `xml:"ResourceStatusReason"`
	Time      time.Time `xml:"Timestamp"`
}

// events returns the newest page of a stack's events, the newest first, and
// goes on to older pages until it meets one that is known.
func (c *client) events(ctx context.Context, id string, known map[string]bool) (all []event, err error) {
	token := ""
	for {
		form := url.Values{"StackName": {id}}
		if token != "" {
			form.Set("NextToken", token)
		}
		var out struct {
			Events []event `xml:"DescribeStackEventsResult>StackEvents>member"`
			Next   string  `xml:"DescribeStackEventsResult>NextToken"`
		}
		if err := c.call(ctx, "DescribeStackEvents", form, &out); err != nil {
			return nil, err
		}
		for _, e := range out.Events {
			if known[e.ID] {
				return all, nil
			}
			all = append(all, e)
		}
		if token = out.Next; token == "" {
			return all, nil
		}
	}
}
