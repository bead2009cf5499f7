package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
)

// maxMessage is the longest text that SNS sends, characters.
const maxMessage = 1600

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// publisher is the part of SNS that the function needs.
type publisher interface {
	Publish(context.Context, *sns.PublishInput, ...func(*sns.Options)) (*sns.PublishOutput, error)
}

type handler struct{ sns publisher }

type request struct {
	Phone   string `json:"phone"`
	Message string `json:"message"`
}

func (h *handler) handle(ctx context.Context, event events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	req, problem := parse(event.Body)
	if problem != "" {
		return answer(http.StatusBadRequest, map[string]string{"error": problem}), nil
	}
	out, err := h.sns.Publish(ctx, &sns.PublishInput{PhoneNumber: &req.Phone, Message: &req.Message})
	var invalid *types.InvalidParameterException
	switch {
	case errors.As(err, &invalid):
		return answer(http.StatusBadRequest, map[string]string{"error": invalid.ErrorMessage()}), nil
	case err != nil:
		log.Printf("publish failed: %v", err)
		return answer(http.StatusBadGateway, map[string]string{"error": "the message could not be sent"}), nil
	}
	log.Printf("sent message %s", *out.MessageId)
	return answer(http.StatusOK, map[string]string{"messageId": *out.MessageId}), nil
}

// parse reads the request, or says what is wrong with it.
func parse(body string) (req request, problem string) {
	dec := json.NewDecoder(strings.NewReader(body))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&req); err != nil {
		return req, `the body must be a JSON object with "phone" and "message"`
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return req, "the body must be one JSON object"
	}
	switch {
	case !e164.MatchString(req.Phone):
		return req, "phone must be in E.164 format, such as +12065550100"
	case strings.TrimSpace(req.Message) == "":
		return req, "message must not be empty"
	case utf8.RuneCountInString(req.Message) > maxMessage:
		return req, "message must have at most 1600 characters"
	}
	return req, ""
}

func answer(status int, body map[string]string) events.APIGatewayProxyResponse {
	b, err := json.Marshal(body)
	if err != nil {
		panic(err) // a map of strings always marshals
	}
	return events.APIGatewayProxyResponse{StatusCode: status, Body: string(b),
		Headers: map[string]string{"Content-Type": "application/json"}}
}
