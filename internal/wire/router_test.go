package wire_test

import (
	"net/url"
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
	"github.com/gatehouse-dev/gatehouse/internal/wire/conformance/route53"
	"github.com/gatehouse-dev/gatehouse/internal/wire/conformance/s3"
)

func TestRouter(t *testing.T) {
	for _, tc := range []struct {
		s                   *wire.Service
		method, path, query string
		op                  string // empty: none
		label, value        string
	}{
		{&apigateway.Service, "GET", "/restapis", "", "GetRestApis", "", ""},
		{&apigateway.Service, "GET", "/restapis/", "", "GetRestApis", "", ""},
		{&apigateway.Service, "GET", "/restapis/a%20b", "", "GetRestApi", "restapi_id", "a b"},
		{&apigateway.Service, "GET", "/restapis/a/resources//", "", "GetResource", "resource_id", ""}, // validation refuses it
		{&apigateway.Service, "POST", "/restapis?mode=import", "", "", "", ""},                        // a path has no query
		{&apigateway.Service, "POST", "/restapis", "mode=import", "ImportRestApi", "", ""},
		{&apigateway.Service, "POST", "/restapis", "", "CreateRestApi", "", ""},
		{&apigateway.Service, "PATCH", "/restapis", "", "", "", ""},
		{&apigateway.Service, "GET", "/restapis/%zz", "", "", "", ""},
		{&apigateway.Service, "GET", "/tags/arn%3Aaws%3Aapigateway%3Aus-east-1%3A%3A%2Frestapis%2Fa", "", "GetTags", "resource_arn", "arn:aws:apigateway:us-east-1::/restapis/a"},
		{&lambda.Service, "POST", "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af/invocations", "Qualifier=live", "Invoke", "FunctionName", "arn:aws:lambda:us-east-1:000000000000:function:f"},
		{&lambda.Service, "POST", "/2015-03-31/functions/f+g/invocations", "", "Invoke", "FunctionName", "f+g"},
		{&lambda.Service, "POST", "/2015-03-31/functions//invocations", "", "Invoke", "FunctionName", ""}, // validation refuses it
		{&route53.Service, "POST", "/2013-04-01/hostedzone/Z1/rrset/", "", "ChangeResourceRecordSets", "Id", "Z1"},
		{&route53.Service, "POST", "/2013-04-01/hostedzone/Z1/rrset", "", "ChangeResourceRecordSets", "Id", "Z1"},
		{&s3.Service, "GET", "/bucket/key", "", "GetObject", "Key", "key"},
		{&s3.Service, "GET", "/bucket/a/b%2Fc//d/", "x-id=GetObject", "GetObject", "Key", "a/b/c//d/"},
		{&s3.Service, "GET", "/bucket//a", "", "GetObject", "Key", "/a"},
		{&s3.Service, "GET", "/bucket/key", "uploadId=1", "ListParts", "Key", "key"},
		{&s3.Service, "GET", "/bucket/key", "tagging", "GetObjectTagging", "Key", "key"},
		{&s3.Service, "PUT", "/bucket/key", "uploadId=1&partNumber=2", "UploadPart", "Key", "key"},
		{&s3.Service, "PUT", "/bucket/key", "uploadId=1", "PutObject", "Key", "key"},
		{&s3.Service, "GET", "/bucket/", "list-type=2", "ListObjectsV2", "Bucket", "bucket"},
		{&s3.Service, "PUT", "/bucket", "", "CreateBucket", "Bucket", "bucket"},
	} {
		query, err := url.ParseQuery(tc.query)
		if err != nil {
			t.Fatal(err)
		}
		op, labels := wire.NewRouter(tc.s).Find(tc.method, tc.path, query)
		got := ""
		if op != nil {
			got = op.Name
		}
		if got != tc.op {
			t.Errorf("%s %s?%s: %q, want %q", tc.method, tc.path, tc.query, got, tc.op)
		} else if labels[tc.label] != tc.value {
			t.Errorf("%s %s: %s is %q, want %q", tc.method, tc.path, tc.label, labels[tc.label], tc.value)
		}
	}
}
