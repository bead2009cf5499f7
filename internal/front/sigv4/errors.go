package sigv4

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strings"
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/awserr"
)

func errMissing() error {
	return awserr.Of(awserr.MissingAuthentication, "Request is missing Authentication Token")
}

func errIncomplete(message string) error {
	return awserr.Of(awserr.IncompleteSignature, "%s", message)
}

func errBoth() error {
	return errIncomplete("Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
}

func errRepeated(name string) error {
	return errIncomplete("'" + name + "' must be given once.")
}

// errPair repeats the header as a hash, as AWS does: it may hold a secret of
// another scheme.
func errPair(header string) error {
	sum := sha256.Sum256([]byte(header))
	return errIncomplete("Invalid key=value pair (missing equal-sign) in Authorization header " +
		"(hashed with SHA-256 and encoded with Base64): '" + base64.StdEncoding.EncodeToString(sum[:]) + "'.")
}

func errDate(got string) error {
	return errIncomplete("Date must be in ISO-8601 'basic format'. Got '" + got + "'. See http://en.wikipedia.org/wiki/ISO_8601")
}

func errAlgorithm(got string) error {
	return errIncomplete("Unsupported AWS 'algorithm': '" + got + "' (only AWS4-HMAC-SHA256 for now). ")
}

func errCredential(got string) error {
	return errIncomplete("Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '" + got + "'")
}

func errScope(complaints []string) error {
	return awserr.Of(awserr.SignatureMismatch, "%s", strings.Join(complaints, " "))
}

func errHostUnsigned() error {
	return awserr.Of(awserr.SignatureMismatch, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
}

func errUnsigned(names []string) error {
	return awserr.Of(awserr.SignatureMismatch, "There were headers present in the request which were not signed: %s", strings.Join(names, ", "))
}

// The sentences of S3 differ from all others', and so do two of its codes.

func (rules *Rules) errSkew(at, now time.Time) error {
	if rules.S3 {
		return awserr.New(http.StatusForbidden, "RequestTimeTooSkewed",
			"The difference between the request time and the current time is too large.")
	}
	minutes := int(skewUsual / time.Minute)
	if at.After(now) {
		return awserr.Of(awserr.SignatureMismatch, "Signature not yet current: %s is still later than %s (%s + %d min.)",
			at.Format(isoBasic), now.Add(skewUsual).Format(isoBasic), now.Format(isoBasic), minutes)
	}
	return awserr.Of(awserr.SignatureMismatch, "Signature expired: %s is now earlier than %s (%s - %d min.)",
		at.Format(isoBasic), now.Add(-skewUsual).Format(isoBasic), now.Format(isoBasic), minutes)
}

func (rules *Rules) errExpired() error {
	if rules.S3 {
		return awserr.New(http.StatusForbidden, "AccessDenied", "Request has expired")
	}
	return awserr.Of(awserr.RequestExpired, "Request has expired.")
}

func (rules *Rules) errMismatch() error {
	if rules.S3 {
		return awserr.Of(awserr.SignatureMismatch, "The request signature we calculated does not match the signature you provided. "+
			"Check your key and signing method.")
	}
	return awserr.Of(awserr.SignatureMismatch, "The request signature we calculated does not match the signature you provided. "+
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.")
}

func errContentMismatch() error {
	return awserr.New(http.StatusBadRequest, "XAmzContentSHA256Mismatch",
		"The provided 'x-amz-content-sha256' header does not match what was computed.")
}

func errContentMissing() error {
	return awserr.New(http.StatusBadRequest, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
}

func errContentInvalid() error {
	return awserr.New(http.StatusBadRequest, "InvalidArgument",
		"x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "+
			"STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.")
}

func errIncompleteBody() error {
	return awserr.New(http.StatusBadRequest, "IncompleteBody", "The request body terminated unexpectedly")
}

func errChunkSize() error {
	return awserr.New(http.StatusForbidden, "InvalidChunkSizeError", "Only the last chunk is allowed to have a size less than 8192 bytes")
}

func errLengthMissing() error {
	return awserr.New(http.StatusLengthRequired, "MissingContentLength", "You must provide the Content-Length HTTP header.")
}
