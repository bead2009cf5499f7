package sigv4

import (
	"net/http"
	"strings"
	"time"
)

const (
	skewUsual = 5 * time.Minute
	skewS3    = 15 * time.Minute
)

// Rules is what a service expects of a signature.
type Rules struct {
	// Now is the server's time.
	Now time.Time
	// Region is the only region that the scope may have; "" takes any.
	Region string
	// Service is the name that the scope must have; "" takes any.
	Service string
	// S3 selects S3's ways: the path is encoded once and not normalised, the
	// clock may differ by 15 minutes instead of 5, and the hash of the payload
	// must be in a header.
	S3 bool
	// AllowUnsigned lets a service other than S3 take UNSIGNED-PAYLOAD (those
	// whose model has the auth type v4-unsigned-body).
	AllowUnsigned bool
}

func (rules *Rules) skew() time.Duration {
	if rules.S3 {
		return skewS3
	}
	return skewUsual
}

// Check verifies everything that needs no key: time, that host and all x-amz-
// headers are signed, and the scope. It fails with SignatureMismatch or
// RequestExpired.
func (s *Signature) Check(r *http.Request, rules Rules) error {
	if err := s.checkTime(&rules); err != nil {
		return err
	}
	if !s.signs("host") && !s.signs(":authority") {
		return errHostUnsigned()
	}
	if unsigned := s.unsigned(r); unsigned != nil {
		return errUnsigned(unsigned)
	}
	return s.checkScope(&rules)
}

func (s *Signature) checkTime(rules *Rules) error {
	now, skew := rules.Now.UTC(), rules.skew()
	if s.Time.After(now.Add(skew)) {
		return rules.errSkew(s.Time, now)
	}
	if s.Expires > 0 {
		if now.After(s.Time.Add(s.Expires)) {
			return rules.errExpired()
		}
		return nil
	}
	if s.Time.Before(now.Add(-skew)) {
		return rules.errSkew(s.Time, now)
	}
	return nil
}

// unsigned lists the x-amz- headers that are not signed: they change what a
// request means. The date header of a presigned request is not looked at.
func (s *Signature) unsigned(r *http.Request) []string {
	var out []string
	for name := range r.Header {
		if !strings.HasPrefix(name, "X-Amz-") {
			continue
		}
		if s.Presigned && name == "X-Amz-Date" {
			continue
		}
		if lower := strings.ToLower(name); !s.signs(lower) {
			out = append(out, lower)
		}
	}
	return out
}

func (s *Signature) checkScope(rules *Rules) error {
	var wrong []string
	if s.Region == "" || rules.Region != "" && s.Region != rules.Region {
		wrong = append(wrong, "Credential should be scoped to a valid region.")
	}
	if s.Service == "" || rules.Service != "" && s.Service != rules.Service {
		wrong = append(wrong, "Credential should be scoped to correct service: '"+rules.Service+"'.")
	}
	if s.terminator != term {
		wrong = append(wrong, "Credential should be scoped with a valid terminator: 'aws4_request', not '"+s.terminator+"'.")
	}
	var buf [len(dateOnly)]byte
	if want := s.Time.AppendFormat(buf[:0], dateOnly); s.Date != string(want) {
		wrong = append(wrong, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '"+
			s.Date+"' != '"+string(want)+"', from '"+s.Time.Format(isoBasic)+"'.")
	}
	if wrong != nil {
		return errScope(wrong)
	}
	return nil
}
