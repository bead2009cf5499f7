package cloudformation

import (
	"errors"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/cfn"
	"github.com/gatehouse-dev/gatehouse/internal/cfn/template"
)

// invalid is CloudFormation's ValidationError.
func invalid(format string, args ...any) error {
	return awserr.Of(awserr.Validation, format, args...)
}

// templateFault turns a template's error into an answer.
func templateFault(err error) error {
	if e := new(template.Error); errors.As(err, &e) {
		return invalid("%s", e.Message)
	}
	return err
}

func noStack(id string) error { return invalid("Stack with id %s does not exist", id) }

// reasonOf is the sentence of an event about a step that failed, in the form
// of CloudFormation's resource handlers.
func reasonOf(err error, token string) string {
	var property *cfn.PropertyError
	var tpl *template.Error
	e := awserr.As(err)
	switch {
	case errors.As(err, &property):
		return property.Message
	case errors.As(err, &tpl):
		return tpl.Message
	case e != nil:
		return `Resource handler returned message: "` + e.Message + ` (Error Code: ` + e.Code + `)" (RequestToken: ` + token + `, HandlerErrorCode: ` + handlerCode(e) + `)`
	}
	return "Internal Failure"
}

func handlerCode(e *awserr.Error) string {
	switch {
	case gone(e):
		return "NotFound"
	case e.Code == "AccessDenied" || e.Code == "AccessDeniedException" || e.Code == "AuthorizationError":
		return "AccessDenied"
	case e.Code == "EntityAlreadyExists" || e.Code == "ResourceAlreadyExistsException" || e.Status == 409:
		return "AlreadyExists"
	case e.Code == "LimitExceeded" || e.Code == "LimitExceededException":
		return "ServiceLimitExceeded"
	case e.Status == 429:
		return "Throttling"
	case e.Status >= 500:
		return "GeneralServiceException"
	}
	return "InvalidRequest"
}

// gone reports whether an error says that the thing is not there.
func gone(err error) bool {
	e := awserr.As(err)
	if e == nil {
		return false
	}
	switch e.Code {
	case "NoSuchEntity", "NotFoundException", "ResourceNotFoundException", "NotFound":
		return true
	}
	return e.Status == 404
}
