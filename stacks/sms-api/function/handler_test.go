package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

// phones records what is published, or fails.
type phones struct {
	sent []*sns.PublishInput
	err  error
}

func (p *phones) Publish(_ context.Context, in *sns.PublishInput, _ ...func(*sns.Options)) (*sns.PublishOutput, error) {
	if p.err != nil {
		return nil, p.err
	}
	p.sent = append(p.sent, in)
	return &sns.PublishOutput{MessageId: new("m-1")}, nil
}

func TestHandle(t *testing.T) {
	const good = `{"phone":"+12065550100","message":"Hello"}`
	for _, c := range []struct {
		name, body string
		err        error
		status     int
		want       string
	}{
		{"sent", good, nil, 200, `{"messageId":"m-1"}`},
		{"no body", "", nil, 400, `{"error":"the body must be a JSON object`},
		{"no object", `[]`, nil, 400, `{"error":"the body must be a JSON object`},
		{"unknown member", `{"phone":"+12065550100","message":"x","from":"y"}`, nil, 400, `{"error":"the body must be a JSON object`},
		{"two objects", good + good, nil, 400, `{"error":"the body must be one JSON object"}`},
		{"no phone", `{"message":"Hello"}`, nil, 400, `{"error":"phone must be in E.164 format, such as +12065550100"}`},
		{"bad phone", `{"phone":"12065550100","message":"Hello"}`, nil, 400, `{"error":"phone must`},
		{"no message", `{"phone":"+12065550100"}`, nil, 400, `{"error":"message must not be empty"}`},
		{"long message", `{"phone":"+12065550100","message":"` + strings.Repeat("x", 1601) + `"}`, nil, 400, `{"error":"message must have at most 1600 characters"}`},
		{"refused by SNS", good, &types.InvalidParameterException{Message: new("no such number")}, 400, `{"error":"no such number"}`},
		{"failed", good, errors.New("secret detail"), 502, `{"error":"the message could not be sent"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := &phones{err: c.err}
			out, err := (&handler{p}).handle(t.Context(), events.APIGatewayProxyRequest{Body: c.body})
			if err != nil {
				t.Fatal(err)
			}
			if out.StatusCode != c.status || !strings.HasPrefix(out.Body, c.want) {
				t.Errorf("%d %s, want %d %s", out.StatusCode, out.Body, c.status, c.want)
			}
			if (len(p.sent) == 1) != (c.status == 200) {
				t.Errorf("%d messages were sent", len(p.sent))
			}
		})
	}
}
