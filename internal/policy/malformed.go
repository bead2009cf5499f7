package policy

import "fmt"

// MalformedError says why a document is refused. Message is the sentence that
// IAM answers in a MalformedPolicyDocument error; a service whose resource
// policies fail otherwise wraps it in its own error.
type MalformedError struct {
	Message string
}

func (e *MalformedError) Error() string { return e.Message }

func malformed(format string, args ...any) *MalformedError {
	return &MalformedError{Message: fmt.Sprintf(format, args...)}
}

// IAM has two parsers, one of permissions policies and one of trust policies,
// with different sentences for the same mistakes. Resource policies share the
// second's.
func errSyntax(k Kind) *MalformedError {
	if k.namesPrincipal() {
		return malformed("Syntax error in policy.")
	}
	return malformed("Syntax errors in policy.")
}

func errJSON(k Kind) *MalformedError {
	if k.namesPrincipal() {
		return malformed("This policy contains invalid Json")
	}
	return errSyntax(k)
}

func errLegacy() *MalformedError { return malformed("The policy failed legacy parsing") }
