package lambda_test

import (
	"testing"

	sdk "github.com/aws/aws-sdk-go-v2/service/lambda"
)

// BenchmarkInvokeAs is a warm function behind API Gateway's permission; what the
// service adds to the runner's own time must not show.
func BenchmarkInvokeAs(b *testing.B) {
	f := start(b)
	must(f.CreateFunction(b.Context(), input("n", "nodejs22.x", "index.handler", nodeZip(`exports.handler = async (e) => e`))))
	must(f.AddPermission(b.Context(), &sdk.AddPermissionInput{FunctionName: new("n"), StatementId: new("api"), Action: new("lambda:InvokeFunction"),
		Principal: new("apigateway.amazonaws.com"), SourceArn: new("arn:aws:execute-api:us-east-1:000000000000:abc/*/POST/sms")}))
	payload := []byte(`{"a":1}`)
	for b.Loop() {
		_, functionError, err := f.service.InvokeAs(b.Context(), "apigateway.amazonaws.com",
			"arn:aws:execute-api:us-east-1:000000000000:abc/prod/POST/sms", arnBase+"n", payload, "")
		if err != nil || functionError != "" {
			b.Fatal(functionError, err)
		}
	}
}
