// Package logscfn has CloudFormation's resource type of CloudWatch Logs:
// AWS::Logs::LogGroup.
package logscfn

import "github.com/gatehouse-dev/gatehouse/internal/cfn"

const service = "logs"

// Types are the resource types of CloudWatch Logs.
func Types() []*cfn.Type { return []*cfn.Type{logGroup()} }
