package main

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

const (
	region    = "us-east-1"
	accountID = "000000000000"
)

// account is the root user's view of a server, through the unmodified SDK.
type account struct {
	url     string
	iam     *iam.Client
	cognito *cognitoidentityprovider.Client
	gateway *apigateway.Client
	lambda  *lambda.Client
}

func newAccount(url string) *account {
	c := aws.Config{Region: region, BaseEndpoint: &url, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	return &account{url: url, iam: iam.NewFromConfig(c), cognito: cognitoidentityprovider.NewFromConfig(c),
		gateway: apigateway.NewFromConfig(c), lambda: lambda.NewFromConfig(c)}
}
