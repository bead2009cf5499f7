// Package iamcfn has CloudFormation's resource types of IAM: AWS::IAM::Role,
// AWS::IAM::Policy and AWS::IAM::ManagedPolicy.
//
// Source: CloudFormation Template Reference, "AWS Identity and Access
// Management resource type reference".
package iamcfn

import "github.com/gatehouse-dev/gatehouse/internal/cfn"

const service = "iam"

// Types are the resource types of IAM.
func Types() []*cfn.Type {
	return []*cfn.Type{role(), inlinePolicy(), managedPolicy()}
}
