// Package apigatewaycfn has CloudFormation's resource types of REST APIs:
// AWS::ApiGateway::RestApi, Resource, Method, Model, Authorizer, Deployment,
// Stage, GatewayResponse, RequestValidator and Account.
//
// Source: CloudFormation Template Reference, "Amazon API Gateway resource type
// reference".
package apigatewaycfn

import "github.com/gatehouse-dev/gatehouse/internal/cfn"

const service = "apigateway"

// Types are the resource types of REST APIs.
func Types() []*cfn.Type {
	return []*cfn.Type{restAPI(), resource(), method(), model(), authorizer(), requestValidator(), deployment(), stage(),
		gatewayResponse(), account()}
}
