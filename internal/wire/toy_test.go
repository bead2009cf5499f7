package wire

import "time"

// toy is a service with a member of each kind, for tests.
func toy(p Protocol) *Service {
	return &Service{
		Name: "toy", Protocol: p, XMLNamespace: "urn:toy", APIVersion: "2020-01-01",
		Shapes: []Shape{
			{Kind: Structure},
			{Name: "Toy", Kind: Structure, Members: []Member{
				{Name: "Text", Ref: 2}, {Name: "Number", Ref: 3}, {Name: "Big", Ref: 4}, {Name: "Real", Ref: 5}, {Name: "Flag", Ref: 6},
				{Name: "Blob", Ref: 7}, {Name: "When", Ref: 8}, {Name: "List", Ref: 9}, {Name: "Map", Ref: 10}, {Name: "Self", Ref: 1},
				{Name: "Many", Ref: 11}, {Name: "Any", Ref: 12},
			}},
			{Name: "String", Kind: String}, {Name: "Integer", Kind: Integer}, {Name: "Long", Kind: Long}, {Name: "Double", Kind: Double},
			{Name: "Boolean", Kind: Boolean}, {Name: "Bytes", Kind: Blob}, {Name: "Timestamp", Kind: Timestamp},
			{Name: "Strings", Kind: List, Elem: 2}, {Name: "Table", Kind: Map, Key: 2, Elem: 2}, {Name: "Toys", Kind: List, Elem: 1},
			{Name: "Any", Kind: Document},
		},
		Operations: []Operation{
			{Name: "Play", Method: "POST", URI: "/toys/{Id}/play", Input: 1, Output: 1, ResultWrapper: "PlayResult", NewInput: func() any { return new(toyInput) }},
		},
	}
}

type toyInput struct {
	Text   *string
	Number *int32
	Big    *int64
	Real   *float64
	Flag   *bool
	Blob   []byte
	When   *time.Time
	List   []string
	Map    map[string]string
	Self   *toyInput
	Many   []toyInput
	Any    RawDocument
}
