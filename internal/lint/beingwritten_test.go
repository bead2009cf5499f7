package lint

// beingWritten are folders whose first version is being written: what breaks a
// rule there is told (go test -v) and does not fail. The list gets shorter
// until it is empty.
var beingWritten = []string{
	"README.md", // points to the benchmark's table
	"internal/cfn",
	"internal/services/apigateway",
	"internal/services/cloudformation",
	"internal/services/cognitoidp",
	"internal/services/iam",
	"internal/services/lambda",
	"internal/services/logs",
	"internal/services/sns",
	"internal/up",
	"internal/vtl",
}
