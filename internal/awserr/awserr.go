// Package awserr is the one error type that a service operation answers with.
// Handlers return it; package front writes it in the form of the protocol at
// hand. Generated packages have a constructor for each modelled error.
package awserr

import (
	"errors"
	"fmt"
	"net/http"
)

// Error is an error that the client is told. Any other error that a handler
// returns is logged and answered as an InternalFailure without its text.
type Error struct {
	// Code is the code on the wire: "NoSuchEntity", "ResourceNotFoundException".
	Code string
	// Message is the sentence for the user.
	Message string
	// Status is the HTTP status.
	Status int
	// MessageMember is the modelled name of the message member: "message"
	// where empty.
	MessageMember string
	// Members are the modelled members other than the message.
	Members map[string]any
	// Headers are members that travel as HTTP headers, such as Retry-After.
	Headers map[string]string
	// Kind tells errors apart whose code differs by protocol.
	Kind Kind
	// Cause is logged, never sent.
	Cause error
}

// Kind is the closed set of errors that the frame itself makes; their code
// and status depend on the protocol and are chosen by package front.
type Kind uint8

const (
	Modelled              Kind = iota // Code and Status hold
	AccessDenied                      // not allowed by policy
	Validation                        // the model's constraints are not met
	InvalidClientToken                // unknown access key
	SignatureMismatch                 // wrong signature
	IncompleteSignature               // malformed Authorization
	MissingAuthentication             // no credentials at all
	RequestExpired                    // clock skew or presigned URL over time
	ExpiredToken                      // session credentials over time
	UnknownOperation                  // no such action
	NotImplemented                    // the operation is not written
	Malformed                         // the body cannot be parsed
	Throttled                         // over a rate
	Internal                          // our fault
)

func (e *Error) Error() string {
	if e.Code == "" {
		return e.Message
	}
	return e.Code + ": " + e.Message
}

// Unwrap gives the cause for errors.Is and errors.As.
func (e *Error) Unwrap() error { return e.Cause }

// With sets a modelled member beside the message and returns e.
func (e *Error) With(member string, value any) *Error {
	if e.Members == nil {
		e.Members = map[string]any{}
	}
	e.Members[member] = value
	return e
}

// New returns an error with a code that the model does not list.
func New(status int, code, format string, args ...any) *Error {
	return &Error{Status: status, Code: code, Message: sprintf(format, args)}
}

// Of returns an error of the frame; front adds its code.
func Of(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: sprintf(format, args)}
}

// Unimplemented is what an operation that is not written answers: 501, which
// the clients of this field do not retry.
func Unimplemented(service, operation string) *Error {
	return &Error{Kind: NotImplemented, Status: http.StatusNotImplemented,
		Message: fmt.Sprintf("Gatehouse does not implement %s %s.", service, operation)}
}

// As returns the *Error in err's chain, or nil.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// HasCode reports whether err is an *Error with the code.
func HasCode(err error, code string) bool {
	e := As(err)
	return e != nil && e.Code == code
}

func sprintf(format string, args []any) string {
	if len(args) == 0 {
		return format
	}
	return fmt.Sprintf(format, args...)
}
