// Package cognitocfn has CloudFormation's resource types of Cognito user pools:
// AWS::Cognito::UserPool, UserPoolClient, UserPoolResourceServer and
// UserPoolDomain.
//
// Source: CloudFormation Template Reference, "Amazon Cognito resource type
// reference".
package cognitocfn

import "github.com/gatehouse-dev/gatehouse/internal/cfn"

const service = "cognitoidp"

// Types are the resource types of Cognito user pools.
func Types() []*cfn.Type {
	return []*cfn.Type{userPool(), client(), resourceServer(), domain()}
}
