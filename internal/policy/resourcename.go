package policy

import "strings"

// checkResource refuses a Resource value of a permissions policy as IAM does.
func checkResource(r string) error {
	if r == "*" {
		return nil
	}
	pieces := splitARN(r, true)
	if len(pieces) < 2 {
		return malformed(`Resource %s must be in ARN format or "*".`, r)
	}
	if !isPartition(pieces[1]) {
		return malformed(`Partition "%s" is not valid for resource "%s".`, pieces[1], partitionEcho(pieces))
	}
	if pieces[0] != "arn" {
		return malformed(`Resource %s must be in ARN format or "*".`, r)
	}
	if len(pieces) < 3 || strings.ContainsAny(pieces[2], "*?") && len(pieces) > 3 {
		return malformed("Resource vendor must be fully qualified and cannot contain regexes.")
	}
	switch {
	case len(pieces) < arnParts:
	case pieces[2] == "iam":
		if pieces[3] != "" {
			return malformed("IAM resource %s cannot contain region information.", r)
		}
		if !startsWithAny(pieces[5], iamPaths) {
			return malformed(`IAM resource path must either be "*" or start with %s.`, strings.Join(iamPaths, ", "))
		}
	case pieces[2] == "s3" && pieces[3] != "" && !startsWithAny(pieces[5], regionalS3):
		return malformed("Resource %s can not contain region information.", r)
	}
	return nil
}

// iamPaths is a constant list, in the order of IAM's sentence.
var iamPaths = []string{"user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/",
	"server-certificate/", "policy/", "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/"}

// regionalS3 are the S3 resources that live in a region, unlike buckets.
var regionalS3 = []string{"accesspoint/", "accesspoint:", "job/", "storage-lens/", "storage-lens-group/", "access-grants/", "async-request/"}

func startsWithAny(s string, prefixes []string) bool {
	if strings.HasPrefix(s, "*") || strings.HasPrefix(s, "${") {
		return true
	}
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

func isPartition(s string) bool {
	switch s {
	case "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc",
		"*", "aws*", "${aws:Partition}":
		return true
	}
	return false
}

// partitionEcho is the name as IAM repeats it: completed to six parts with
// wildcards, its prefix put right.
func partitionEcho(pieces []string) string {
	out := append([]string{"arn"}, pieces[1:]...)
	for len(out) < arnParts {
		out = append(out, "*")
	}
	return strings.Join(out, ":")
}

// completeARN lets a name that ends early stand for everything that starts so,
// as IAM does: "arn:aws:lambda" is "arn:aws:lambda:*:*:*".
func completeARN(r string, variables bool) string {
	pieces := splitARN(r, variables)
	if len(pieces) < 3 || pieces[0] != "arn" {
		return r
	}
	return r + strings.Repeat(":*", arnParts-len(pieces))
}
