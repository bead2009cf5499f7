package conformance

import (
	"net/http"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdkapigateway "github.com/aws/aws-sdk-go-v2/service/apigateway"
	sdkcloudformation "github.com/aws/aws-sdk-go-v2/service/cloudformation"
	sdklogs "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logstypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	sdkcognitoidp "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	cognitodocument "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/document"
	sdkiam "github.com/aws/aws-sdk-go-v2/service/iam"
	sdklambda "github.com/aws/aws-sdk-go-v2/service/lambda"
	sdksns "github.com/aws/aws-sdk-go-v2/service/sns"
	sdkssm "github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"
	sdksts "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/api/cloudformation"
	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/api/logs"
	"github.com/gatehouse-dev/gatehouse/internal/api/sns"
	"github.com/gatehouse-dev/gatehouse/internal/api/ssm"
	"github.com/gatehouse-dev/gatehouse/internal/api/sts"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

// peer is a generated service and the SDK's client for it.
type peer struct {
	service *wire.Service
	server  any // has a method for each operation
	client  func(aws.Config) any
}

func peers() []peer {
	return []peer{
		{&apigateway.Service, apigateway.Unimplemented{}, func(c aws.Config) any { return sdkapigateway.NewFromConfig(c) }},
		{&cloudformation.Service, cloudformation.Unimplemented{}, func(c aws.Config) any { return sdkcloudformation.NewFromConfig(c) }},
		{&cognitoidp.Service, cognitoidp.Unimplemented{}, func(c aws.Config) any { return sdkcognitoidp.NewFromConfig(c) }},
		{&iam.Service, iam.Unimplemented{}, func(c aws.Config) any { return sdkiam.NewFromConfig(c) }},
		{&lambda.Service, lambda.Unimplemented{}, func(c aws.Config) any { return sdklambda.NewFromConfig(c) }},
		{&logs.Service, logs.Unimplemented{}, func(c aws.Config) any { return sdklogs.NewFromConfig(c) }},
		{&sns.Service, sns.Unimplemented{}, func(c aws.Config) any { return sdksns.NewFromConfig(c) }},
		{&ssm.Service, ssm.Unimplemented{}, func(c aws.Config) any { return sdkssm.NewFromConfig(c) }},
		{&sts.Service, sts.Unimplemented{}, func(c aws.Config) any { return sdksts.NewFromConfig(c) }},
	}
}

// unionCases are the SDK's types of each union's members: in the SDK a union
// is an interface, and reflection cannot list who implements it.
func unionCases() map[reflect.Type][]reflect.Type {
	return map[reflect.Type][]reflect.Type{
		reflect.TypeFor[logstypes.IntegrationDetails](): {reflect.TypeFor[logstypes.IntegrationDetailsMemberOpenSearchIntegrationDetails]()},
		reflect.TypeFor[logstypes.ResourceConfig]():     {reflect.TypeFor[logstypes.ResourceConfigMemberOpenSearchResourceConfig]()},
		reflect.TypeFor[ssmtypes.ExecutionInputs]():     {reflect.TypeFor[ssmtypes.ExecutionInputsMemberAutomation]()},
		reflect.TypeFor[ssmtypes.ExecutionPreview]():    {reflect.TypeFor[ssmtypes.ExecutionPreviewMemberAutomation]()},
		reflect.TypeFor[ssmtypes.NodeType]():            {reflect.TypeFor[ssmtypes.NodeTypeMemberInstance]()},
	}
}

// newDocument makes the SDK's form of a free JSON value; cognito-idp is the
// only service at hand that has one.
func newDocument(value any) reflect.Value {
	return reflect.ValueOf(cognitodocument.NewLazyDocument(value))
}

// eventStreams are the operations whose output is a stream of events. Their
// framing is no part of Encode, so only their input and errors are compared.
func eventStreams() map[string]string {
	return map[string]string{
		"lambda.InvokeWithResponseStream": "answers with an event stream",
		"logs.GetLogObject":               "answers with an event stream",
		"logs.StartLiveTail":              "answers with an event stream",
	}
}

// unlike are the members that a client treats apart from the model.
func unlike() map[string]string {
	return map[string]string{
		"apigateway.GetExport.Accepts":    "the SDK sets Accept itself",
		"apigateway.GetSdkTypes.Position": "the SDK's model has no such member",
		"s3.PutObject.Expires":            "botocore takes a time for this string",
		"s3.GetObject.Expires":            "botocore gives a time for this string",
		"s3.HeadObject.Expires":           "botocore gives a time for this string",
	}
}

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

// config is an SDK configuration that sends nothing anywhere.
func config(do doer) aws.Config {
	return aws.Config{
		Region:       "us-east-1",
		BaseEndpoint: new("http://127.0.0.1:1"),
		Credentials:  credentials.NewStaticCredentialsProvider("AKIAIOSFODNN7EXAMPLE", "secret", ""),
		HTTPClient:   do,
		Retryer:      func() aws.Retryer { return aws.NopRetryer{} },
	}
}

// eachOperation runs check for every operation of every peer.
func eachOperation(t *testing.T, check func(t *testing.T, p peer, op *wire.Operation)) {
	for _, p := range peers() {
		t.Run(p.service.Name, func(t *testing.T) {
			t.Parallel()
			for i := range p.service.Operations {
				op := &p.service.Operations[i]
				t.Run(op.Name, func(t *testing.T) { check(t, p, op) })
			}
		})
	}
}
