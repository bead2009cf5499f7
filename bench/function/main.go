// Command function is one handler in two dresses: as a Lambda function where
// Lambda's Runtime API is there, else behind plain HTTP at the address of its
// only argument. The benchmark compares the two.
package main

import (
	"context"
	"io"
	"net/http"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
)

// greet is the handler.
func greet(name string) string { return `{"message":"hello ` + name + `"}` }

func main() {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		lambda.Start(func(_ context.Context, r events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
			return events.APIGatewayProxyResponse{StatusCode: http.StatusOK, Body: greet(r.QueryStringParameters["name"]),
				Headers: map[string]string{"Content-Type": "application/json"}}, nil
		})
		return
	}
	err := http.ListenAndServe(os.Args[1], http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, greet(r.URL.Query().Get("name")))
	}))
	io.WriteString(os.Stderr, err.Error()+"\n")
	os.Exit(1)
}
