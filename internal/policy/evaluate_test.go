package policy

import (
	"strings"
	"testing"
)

func mustParse(t testing.TB, kind Kind, text string) *Document {
	t.Helper()
	doc, err := Parse(kind, []byte(text))
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return doc
}

func TestMessage(t *testing.T) {
	bob := Principal{Type: User, ARN: "arn:aws:iam::000000000000:user/bob", Account: "000000000000"}
	deny := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}`
	denyAll := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":"*","Action":"*","Resource":"*"}}`
	denyTrust := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Principal":{"AWS":"*"},"Action":"sts:*"}}`
	source := func(k Kind, text string) []Source { return []Source{{Doc: mustParse(t, k, text)}} }
	const topic = "arn:aws:sns:us-east-1:000000000000:t"
	const who = "User: arn:aws:iam::000000000000:user/bob is not authorized to perform: sns:Publish on resource: " + topic
	for _, c := range []struct {
		set  Set
		want string
	}{
		{Set{}, who + " because no identity-based policy allows the sns:Publish action"},
		{Set{Identity: source(Identity, deny)}, who + " with an explicit deny in an identity-based policy"},
		{Set{HasBoundary: true, Boundary: source(Boundary, deny)}, who + " with an explicit deny in a permissions boundary"},
		{Set{HasSession: true, Session: source(Session, deny)}, who + " with an explicit deny in a session policy"},
		{Set{Resource: source(Resource, denyAll)}, who + " with an explicit deny in a resource-based policy"},
		{Set{ResourceRequired: true}, who + " because no resource-based policy allows the sns:Publish action"},
	} {
		req := &Request{Action: "sns:Publish", Resource: topic, Principal: bob}
		if got := Evaluate(req, &c.set).Message(req); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
	for _, c := range []struct {
		p    Principal
		want string
	}{
		{Principal{Type: Anonymous}, "User: anonymous is not authorized to perform: sts:AssumeRole with an explicit deny in the role trust policy"},
		{Principal{Type: Service, Service: "lambda.amazonaws.com"}, "User: lambda.amazonaws.com is not authorized to perform: sts:AssumeRole with an explicit deny in the role trust policy"},
		{Principal{Type: WebIdentity, Provider: "accounts.google.com"}, "User: accounts.google.com is not authorized to perform: sts:AssumeRole with an explicit deny in the role trust policy"},
	} {
		req := &Request{Action: "sts:AssumeRole", Principal: c.p}
		if got := Evaluate(req, &Set{Resource: source(Trust, denyTrust)}).Message(req); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}

// TestZeroValuesDeny: what a caller forgets to fill in must not allow.
func TestZeroValuesDeny(t *testing.T) {
	all := []Source{{Doc: mustParse(t, Identity, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)}}
	public := []Source{{Doc: mustParse(t, Resource, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}}`)}}
	if Evaluate(&Request{}, &Set{}).Allowed || (Decision{}).Allowed {
		t.Error("nothing is allowed something")
	}
	if Evaluate(&Request{Action: "a:B", Resource: "*"}, &Set{Identity: all, Resource: public}).Allowed {
		t.Error("a caller of no type is allowed")
	}
	if Evaluate(&Request{Action: "a:B", Resource: "*", Principal: Principal{Type: User}}, &Set{Identity: []Source{{}}}).Allowed {
		t.Error("a source without a document allows")
	}
	// The account in the resource's name counts when none is given.
	req := &Request{Action: "sqs:SendMessage", Resource: "arn:aws:sqs:us-east-1:222222222222:q",
		Principal: Principal{Type: User, Account: "111111111111", ARN: "arn:aws:iam::111111111111:user/bob"}}
	if Evaluate(req, &Set{Identity: all}).Allowed {
		t.Error("identity policies reach into another account")
	}
}

func TestRootsFederatedUser(t *testing.T) {
	read := []Source{{Doc: mustParse(t, Session, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}}`)}}
	req := &Request{Resource: "arn:aws:s3:::b", Principal: Principal{Type: FederatedUser, Account: "111111111111",
		ARN: "arn:aws:sts::111111111111:federated-user/f", UserARN: "arn:aws:iam::111111111111:root"}}
	for action, want := range map[string]bool{"s3:GetObject": true, "s3:PutObject": false} {
		req.Action = action
		if got := Evaluate(req, &Set{HasSession: true, Session: read}).Allowed; got != want {
			t.Errorf("%s: %v", action, got)
		}
	}
}

func TestSizeAndDepthAreBounded(t *testing.T) {
	const doc = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
	if _, err := Parse(Identity, []byte(doc+strings.Repeat(" ", MaxSize-len(doc)))); err != nil {
		t.Errorf("of the greatest size: %v", err)
	}
	if _, err := Parse(Identity, []byte(doc+strings.Repeat(" ", MaxSize-len(doc)+1))); err == nil {
		t.Error("one byte more is taken")
	}
	if _, err := Parse(Identity, []byte(strings.Repeat(`{"a":`, MaxSize/5))); err == nil {
		t.Error("any depth is taken")
	}
}

func TestKeyChain(t *testing.T) {
	first, second := KeyMap{}, KeyMap{}
	first.Set("aws:A", "1")
	second.Set("aws:a", "2")
	second.Set("aws:b", "3")
	chain := KeyChain{first, second}
	for key, want := range map[string]string{"aws:a": "1", "aws:b": "3", "aws:c": ""} {
		v, ok := chain.Lookup(key)
		if ok != (want != "") || ok && v[0] != want {
			t.Errorf("%s: %v %v", key, v, ok)
		}
	}
}

// TestAllowDoesNotAllocate holds the hot path.
func TestAllowDoesNotAllocate(t *testing.T) {
	req, set := benchRequest(t)
	if n := testing.AllocsPerRun(100, func() {
		if !Evaluate(req, set).Allowed {
			t.Fatal("denied")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func benchRequest(t testing.TB) (*Request, *Set) {
	managed := mustParse(t, Identity, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":["logs:CreateLogGroup","logs:CreateLogStream","logs:PutLogEvents"],"Resource":"arn:aws:logs:*:*:*"},
		{"Effect":"Allow","Action":["dynamodb:GetItem","dynamodb:Query"],"Resource":"arn:aws:dynamodb:us-east-1:000000000000:table/*"},
		{"Effect":"Deny","Action":"iam:*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}]}`)
	inline := mustParse(t, Identity, `{"Version":"2012-10-17","Statement":[
		{"Effect":"Allow","Action":"sns:Publish","Resource":"arn:aws:sns:*:000000000000:${aws:PrincipalTag/team}-*",
		 "Condition":{"StringEquals":{"aws:RequestedRegion":["eu-central-1","us-east-1"]},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}}]}`)
	keys := KeyMap{}
	keys.Set("aws:RequestedRegion", "us-east-1")
	keys.Set("aws:SourceIp", "10.1.2.3")
	keys.Set("aws:PrincipalTag/team", "red")
	return &Request{Action: "sns:Publish", Resource: "arn:aws:sns:us-east-1:000000000000:red-alerts", Keys: keys,
			Principal: Principal{Type: AssumedRole, Account: "000000000000", ARN: "arn:aws:sts::000000000000:assumed-role/r/s", RoleARN: "arn:aws:iam::000000000000:role/r"}},
		&Set{Identity: []Source{{Name: "managed", Doc: managed}, {Name: "inline:x", Doc: inline}}}
}

func BenchmarkEvaluate(b *testing.B) {
	req, set := benchRequest(b)
	b.ReportAllocs()
	for b.Loop() {
		Evaluate(req, set)
	}
}

func BenchmarkAdministrator(b *testing.B) {
	doc := mustParse(b, Identity, `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}`)
	req, _ := benchRequest(b)
	set := &Set{Identity: []Source{{Name: "arn:aws:iam::aws:policy/AdministratorAccess", Doc: doc}}}
	b.ReportAllocs()
	for b.Loop() {
		Evaluate(req, set)
	}
}

func BenchmarkParse(b *testing.B) {
	text := []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["sns:Publish","sns:Get*"],"Resource":"arn:aws:sns:*:*:${aws:username}","Condition":{"StringLike":{"aws:RequestedRegion":"eu-*"}}}]}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(Identity, text); err != nil {
			b.Fatal(err)
		}
	}
}
