package lint

// beingWritten are folders and files whose first version is being written: what
// breaks a rule there is told (go test -v) and does not fail. Whoever finishes
// one removes it here.
var beingWritten = []string{
	"README.md", // points to the table of a benchmark that has not run yet
	"internal/up",
}
