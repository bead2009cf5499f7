package template

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

type anyType struct{}

func (anyType) Known(name string) bool        { return strings.HasPrefix(name, "AWS::") }
func (anyType) Attribute(_, attr string) bool { return attr == "Arn" }

func env(t *testing.T, body string, params map[string]string) *Env {
	t.Helper()
	tpl, err := Read([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if err := tpl.Check(anyType{}); err != nil {
		t.Fatal(err)
	}
	values, err := tpl.Resolve(params)
	if err != nil {
		t.Fatal(err)
	}
	return &Env{Template: tpl, Params: values, Pseudo: map[string]string{"AWS::Region": "us-east-1", "AWS::StackName": "s"},
		Ref: func(id string) (any, error) {
			if id == "Later" {
				return Unknown{}, nil
			}
			return "ref-" + id, nil
		},
		GetAtt: func(id, attr string) (any, error) { return id + "/" + attr, nil }}
}

const head = `
Parameters:
  Name: {Type: String, Default: n}
  List: {Type: CommaDelimitedList, Default: "a, b"}
Mappings: {M: {us-east-1: {Size: 3, L: [x, y]}}}
Conditions:
  IsN: !Equals [!Ref Name, n]
  NotN: !Not [!Condition IsN]
  Both: !And [!Condition IsN, !Condition NotN]
  Either: !Or [!Condition IsN, !Condition NotN]
Resources:
  Other: {Type: AWS::X::Y}
  Later: {Type: AWS::X::Y}
  R:
    Type: AWS::X::Y
    Properties:
      V: `

func TestEvaluate(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{"!Ref Name", `"n"`},
		{"!Ref List", `["a","b"]`},
		{"!Ref Other", `"ref-Other"`},
		{"!Ref AWS::Region", `"us-east-1"`},
		{"!GetAtt Other.Arn", `"Other/Arn"`},
		{"{'Fn::GetAtt': [Other, Arn]}", `"Other/Arn"`},
		{`!Sub "${Name}-${AWS::StackName}-${Other.Arn}-${!Literal}-$x"`, `"n-s-Other/Arn-${Literal}-$x"`},
		{`!Sub ["${A}${Name}", {A: !Ref Other}]`, `"ref-Othern"`},
		{`!Join ["-", [a, !Ref Name, 1]]`, `"a-n-1"`},
		{`!Join [",", !Ref List]`, `"a,b"`},
		{`!Select [1, !Ref List]`, `"b"`},
		{`!Select ["0", !Split ["-", a-b]]`, `"a"`},
		{`!FindInMap [M, !Ref AWS::Region, Size]`, `3`},
		{`!FindInMap [M, us-east-1, L]`, `["x","y"]`},
		{`!If [IsN, yes, "no"]`, `true`},
		{`!If [NotN, 1, {a: !Ref Name}]`, `{"a":"n"}`},
		{`!If [Both, 1, 2]`, `2`},
		{`!If [Either, 1, 2]`, `1`},
		{`{a: !Ref AWS::NoValue, b: [!Ref AWS::NoValue, 1]}`, `{"b":[1]}`},
		{`!Base64 hello`, `"aGVsbG8="`},
		{`000000000000`, `"000000000000"`},
		{`2012-10-17`, `"2012-10-17"`},
		{`"yes"`, `"yes"`},
		{`!Sub "x${Later}"`, `{}`}, // unknown
		{`!Join ["", [!Ref Later]]`, `{}`},
	} {
		e := env(t, head+c.expr, nil)
		v, err := e.Evaluate(e.Template.Resource("R").Properties.Get("V"))
		if err != nil {
			t.Errorf("%s: %v", c.expr, err)
			continue
		}
		if got, _ := json.Marshal(v); string(got) != c.want {
			t.Errorf("%s is %s, want %s", c.expr, got, c.want)
		}
	}
}

func TestEvaluateErrors(t *testing.T) {
	for _, c := range []struct{ expr, want string }{
		{`!Select [2, !Ref List]`, "Template error: Fn::Select cannot select nonexistent value at index 2"},
		{`!FindInMap [N, a, b]`, "Template error: Mapping named 'N' is not present in the 'Mappings' section of template."},
		{`!FindInMap [M, eu, Size]`, "Template error: Unable to get mapping for M::eu::Size"},
		{`!Join [a]`, "Template error: every Fn::Join object requires two parameters"},
	} {
		e := env(t, head+c.expr, nil)
		if _, err := e.Evaluate(e.Template.Resource("R").Properties); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.expr, err, c.want)
		}
	}
}

func TestRefusals(t *testing.T) {
	const r = "Resources: {R: {Type: AWS::X::Y}}\n"
	for _, c := range []struct{ body, want string }{
		{"", "Template format error: Template is empty"},
		{"[]", "Template format error: unsupported structure."},
		{"{", "Template format error: JSON not well-formed. (line 1)"},
		{"{\n\"a\": 1,\n\"a\": 2}", "Template format error: Duplicate key \"a\" (line 3)"},
		{"a: 1\na: 2", "Template format error: "},
		{"Resources: {}", "Template format error: At least one Resources member must be defined."},
		{"a: &x 1\nb: *x", "Template format error: YAML aliases are not allowed"},
		{r + "Color: red", "Invalid template property or properties [Color]"},
		{r + "Transform: AWS::Serverless-2016-10-31", "Template format error: Gatehouse does not support the section Transform"},
		{"Resources: {R: {Properties: {}}}", "Template format error: [/Resources/R] Every Resources object must contain a Type member."},
		{"Resources: {R: {Type: AWS::X::Y, Properties: {A: null}}}", "Template format error: [/Resources/R/Properties/A] 'null' values are not allowed in templates"},
		{"Resources: {R-1: {Type: AWS::X::Y}}", "Template format error: Resource name R-1 is non alphanumeric."},
		{"Resources: {R: {Type: AWS::X::Y, Color: red}}", "Invalid template resource property 'Color'"},
		{"Resources: {R: {Type: Foo}}", "Template format error: Unrecognized resource types: [Foo]"},
		{"Resources: {R: {Type: AWS::X::Y, Properties: {A: !Ref B}}}", "Template format error: Unresolved resource dependencies [B] in the Resources block of the template"},
		{"Resources: {R: {Type: AWS::X::Y, DependsOn: B}}", "Template format error: Unresolved resource dependencies [B] in the Resources block of the template"},
		{r + "Outputs: {O: {Value: !Ref B}}", "Template format error: Unresolved resource dependencies [B] in the Outputs block of the template"},
		{r + "Outputs: {O: {Description: x}}", "Template format error: Every Outputs member must contain a Value object"},
		{"Resources: {R: {Type: AWS::X::Y, Properties: {A: !GetAtt B.Arn}}}", "Template error: instance of Fn::GetAtt references undefined resource B"},
		{"Resources: {R: {Type: AWS::X::Y}, S: {Type: AWS::X::Y, Properties: {A: !GetAtt R.Color}}}", "Template error: resource R does not support attribute type Color in Fn::GetAtt"},
		{"Resources: {A: {Type: AWS::X::Y, DependsOn: B}, B: {Type: AWS::X::Y, Properties: {P: !Sub '${A}'}}, C: {Type: AWS::X::Y, DependsOn: A}, D: {Type: AWS::X::Y}}",
			"Circular dependency between resources: [A, B]"},
		{"Resources: {R: {Type: AWS::X::Y, Properties: {A: !ImportValue x}}}", "Template error: Fn::ImportValue is not supported by Gatehouse"},
		{"Resources: {R: {Type: AWS::X::Y, Properties: {A: !If [C, 1, 2]}}}", "Template format error: Unresolved condition dependency C"},
		{r + "Conditions: {C: !Equals [!Ref R, 1]}", "Template error: Unresolved dependencies [R]. Cannot reference resources in the Conditions block of the template"},
		{r + "Parameters: {P: {Type: AWS::EC2::KeyPair::KeyName}}", "Template format error: Unrecognized parameter type: AWS::EC2::KeyPair::KeyName"},
		{r + "Parameters: {P: {Type: String, Default: abc, MaxLength: 2}}", "Parameter 'P' must contain at most 2 characters"},
	} {
		tpl, err := Read([]byte(c.body))
		if err == nil {
			err = tpl.Check(anyType{})
		}
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("%q: %v, want %s", c.body, err, c.want)
		}
	}
}

func TestParameters(t *testing.T) {
	const body = `
Parameters:
  S: {Type: String, AllowedPattern: "[a-z]+", MinLength: 2}
  N: {Type: Number, MinValue: 1, MaxValue: 5, Default: 2}
  E: {Type: String, AllowedValues: [a, b], Default: a}
  C: {Type: String, AllowedPattern: x, ConstraintDescription: must be x, Default: x}
Resources: {R: {Type: AWS::X::Y}}`
	tpl, err := Read([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		given map[string]string
		want  string
	}{
		{map[string]string{"S": "ok"}, ""},
		{map[string]string{}, "Parameters: [S] must have values"},
		{map[string]string{"S": "ok", "X": "1"}, "Parameters: [X] do not exist in the template"},
		{map[string]string{"S": "o"}, "Parameter 'S' must contain at least 2 characters"},
		{map[string]string{"S": "OK"}, "Parameter 'S' must match pattern [a-z]+"},
		{map[string]string{"S": "ok", "N": "x"}, "Parameter 'N' must be a number"},
		{map[string]string{"S": "ok", "N": "0"}, "Parameter 'N' must be a number no less than 1"},
		{map[string]string{"S": "ok", "N": "6"}, "Parameter 'N' must be a number no greater than 5"},
		{map[string]string{"S": "ok", "E": "c"}, "Parameter 'E' must be one of AllowedValues"},
		{map[string]string{"S": "ok", "C": "c"}, "Parameter C failed to satisfy constraint: must be x"},
	} {
		_, err := tpl.Resolve(c.given)
		if got := errorText(err); got != c.want {
			t.Errorf("%v: %q, want %q", c.given, got, c.want)
		}
	}
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// The example stack reads the same from YAML and from the JSON made of it.
func TestExampleStack(t *testing.T) {
	body, err := os.ReadFile("../../../stacks/sms-api/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	n, err := Parse(body)
	if err != nil {
		t.Fatal(err)
	}
	first, err := json.Marshal(n)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(first)
	if err != nil {
		t.Fatal(err)
	}
	if second, _ := json.Marshal(again); string(second) != string(first) {
		t.Errorf("%s\nis not\n%s", second, first)
	}
	tpl, err := FromNode(n)
	if err != nil {
		t.Fatal(err)
	}
	g, err := tpl.Graph()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(g["PostMethod"], " "); got != "Api Authorizer Function SmsResource" {
		t.Errorf("PostMethod needs %s", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(head + "!Sub ${Name}"))
	f.Add([]byte(`{"Resources":{"R":{"Type":"AWS::X::Y","Properties":{"A":{"Fn::If":["C",1,{"Ref":"AWS::NoValue"}]}}}}}`))
	f.Add([]byte("Resources: {R: {Type: AWS::X::Y, Properties: !GetAtt [a, !Ref b]}}\nMappings: {M: 1}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		tpl, err := Read(body)
		if err != nil || tpl.Check(anyType{}) != nil {
			return
		}
		values, err := tpl.Resolve(nil)
		if err != nil {
			return
		}
		e := &Env{Template: tpl, Params: values, Ref: func(string) (any, error) { return Unknown{}, nil },
			GetAtt: func(string, string) (any, error) { return "x", nil }}
		for _, r := range tpl.Resources {
			if v, err := e.Evaluate(r.Properties); err == nil {
				if _, err := json.Marshal(v); err != nil {
					t.Errorf("%q: %v", body, err)
				}
			}
		}
	})
}
