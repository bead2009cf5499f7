package wire_test

import (
	"testing"

	"github.com/gatehouse-dev/gatehouse/internal/api/iam"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/wire"
	"github.com/gatehouse-dev/gatehouse/internal/wire/conformance/ec2"
	"github.com/gatehouse-dev/gatehouse/internal/wire/conformance/route53"
	"github.com/gatehouse-dev/gatehouse/internal/wire/conformance/s3"
)

// TestXMLForms compares whole answers with those that AWS documents.
func TestXMLForms(t *testing.T) {
	const head = `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	answer := func(s *wire.Service, op string, out any) string {
		resp, err := wire.Encode(s, s.Operation(op), out, "id-1")
		if err != nil {
			t.Fatal(err)
		}
		return string(resp.Body)
	}
	fault := func(s *wire.Service) string {
		return string(wire.EncodeError(s, awserr.New(404, "Gone", "no <x>"), "id-1").Body)
	}
	for _, tc := range []struct{ name, got, want string }{
		{"query", answer(&iam.Service, "CreateAccountAlias", nil),
			`<CreateAccountAliasResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></CreateAccountAliasResponse>`},
		{"query result", answer(&iam.Service, "ListAccountAliases", &iam.ListAccountAliasesResponse{AccountAliases: []string{"a&b"}, IsTruncated: new(false)}),
			`<ListAccountAliasesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><ListAccountAliasesResult><AccountAliases><member>a&amp;b</member></AccountAliases><IsTruncated>false</IsTruncated></ListAccountAliasesResult><ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></ListAccountAliasesResponse>`},
		{"query error", fault(&iam.Service),
			`<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>Gone</Code><Message>no &lt;x&gt;</Message></Error><RequestId>id-1</RequestId></ErrorResponse>`},
		{"ec2", answer(&ec2.Service, "CreateTags", nil),
			head + `<CreateTagsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>id-1</requestId><return>true</return></CreateTagsResponse>`},
		{"ec2 result", answer(&ec2.Service, "DescribeVpcs", &ec2.DescribeVpcsResult{Vpcs: []ec2.Vpc{{VpcId: new("vpc-1"), Tags: []ec2.Tag{{Key: new("k"), Value: new("v")}}}}}),
			head + `<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>id-1</requestId><vpcSet><item><tagSet><item><key>k</key><value>v</value></item></tagSet><vpcId>vpc-1</vpcId></item></vpcSet></DescribeVpcsResponse>`},
		{"ec2 error", fault(&ec2.Service),
			head + `<Response><Errors><Error><Code>Gone</Code><Message>no &lt;x&gt;</Message></Error></Errors><RequestID>id-1</RequestID></Response>`},
		{"rest-xml", answer(&route53.Service, "ChangeResourceRecordSets", &route53.ChangeResourceRecordSetsResponse{ChangeInfo: &route53.ChangeInfo{Id: new("/change/C1"), Status: new("PENDING")}}),
			head + `<ChangeResourceRecordSetsResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeInfo><Id>/change/C1</Id><Status>PENDING</Status></ChangeInfo></ChangeResourceRecordSetsResponse>`},
		{"rest-xml error", fault(&route53.Service),
			`<ErrorResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Error><Type>Sender</Type><Code>Gone</Code><Message>no &lt;x&gt;</Message></Error><RequestId>id-1</RequestId></ErrorResponse>`},
		{"s3 error", fault(&s3.Service), head + `<Error><Code>Gone</Code><Message>no &lt;x&gt;</Message><RequestId>id-1</RequestId></Error>`},
	} {
		if tc.got != tc.want {
			t.Errorf("%s:\ngot  %s\nwant %s", tc.name, tc.got, tc.want)
		}
	}
}
