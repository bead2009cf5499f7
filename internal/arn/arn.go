// Package arn parses and builds Amazon Resource Names:
// arn:partition:service:region:account:resource.
// Source: IAM User Guide, "Identify AWS resources with ARNs".
package arn

import (
	"fmt"
	"strings"
)

// Partition is the only partition that Gatehouse has.
const Partition = "aws"

// ARN is a parsed name. Resource keeps everything after the fifth colon.
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

// Make returns the name of a resource in Gatehouse's partition.
func Make(service, region, account, resource string) string {
	return "arn:" + Partition + ":" + service + ":" + region + ":" + account + ":" + resource
}

// Parse splits s. It fails if s has fewer than six parts or another prefix.
func Parse(s string) (ARN, error) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return ARN{}, fmt.Errorf("arn: %q is not an ARN", s)
	}
	return ARN{p[1], p[2], p[3], p[4], p[5]}, nil
}

func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}
