package wire

import (
	"context"
)

// Protocol is one of the five wire forms.
type Protocol uint8

const (
	JSON10 Protocol = iota + 1
	JSON11
	RestJSON
	RestXML
	Query
	EC2
)

func (p Protocol) String() string {
	switch p {
	case JSON10:
		return "json 1.0"
	case JSON11:
		return "json 1.1"
	case RestJSON:
		return "rest-json"
	case RestXML:
		return "rest-xml"
	case Query:
		return "query"
	case EC2:
		return "ec2"
	}
	return "unknown"
}

// Kind is the type of a shape.
type Kind uint8

const (
	Structure Kind = iota + 1
	List
	Map
	String
	Blob
	Boolean
	Integer // 32 bits
	Long    // 64 bits
	Float
	Double
	Timestamp
	Document // any JSON value
)

// String is the name that AWS's sentences about malformed input have for the kind.
func (k Kind) String() string {
	switch k {
	case Structure:
		return "Structure"
	case List:
		return "List"
	case Map:
		return "Map"
	case String:
		return "String"
	case Blob:
		return "Blob"
	case Boolean:
		return "Boolean"
	case Integer:
		return "Integer"
	case Long:
		return "Long"
	case Float, Double:
		return "Double"
	case Timestamp:
		return "Timestamp"
	case Document:
		return "Document"
	}
	return "Unknown"
}

// TimeFormat is how a timestamp is written.
type TimeFormat uint8

const (
	DefaultTime TimeFormat = iota // by protocol and location
	ISO8601
	RFC822
	UnixTime
)

// Location is where a member travels in a REST message.
type Location uint8

const (
	InBody Location = iota
	InURI
	InQuery
	InHeader
	InHeaders // all headers with a prefix, as a map
	InStatus  // the HTTP status
)

// Flag holds the model's yes-or-no traits of a shape or a member.
type Flag uint16

const (
	Required Flag = 1 << iota
	Flattened
	Attribute // an XML attribute
	IdempotencyToken
	Streaming
	Sensitive
	Union
	EventStream
	HasMin
	HasMax
	Exception
)

// Ref is the index of a shape in Service.Shapes.
type Ref uint16

// Shape is one type of the model.
type Shape struct {
	Name    string
	Kind    Kind
	Flags   Flag
	Time    TimeFormat
	Payload int8 // 1 + index of the payload member; 0: the whole body
	Elem    Ref  // element of a list, value of a map
	Key     Ref  // key of a map
	// ElemName and KeyName are the XML names of elements, values and keys.
	ElemName, KeyName string
	Min, Max          float64
	Pattern           string // matches the whole string
	Not               string // matches nowhere in the string: what is left of a look-around
	// Stated is the pattern as the model and AWS's sentences have it, where
	// that is not Pattern.
	Stated  string
	Enum    []string
	Members []Member
	// XMLNS is the default namespace, or that of XMLPrefix where it is set.
	XMLNS, XMLPrefix string
	// Code and Status are an exception's code on the wire and HTTP status.
	Code   string
	Status int
}

// Has reports whether the shape has the flag.
func (s *Shape) Has(f Flag) bool { return s.Flags&f != 0 }

// Member is one field of a structure.
type Member struct {
	Name     string // as in the model, and in JSON unless Wire is set
	Wire     string // locationName
	Query    string // queryName, ec2 only
	Ref      Ref
	Location Location
	Flags    Flag
	Time     TimeFormat
	XMLNS    string
}

// Has reports whether the member has the flag.
func (m *Member) Has(f Flag) bool { return m.Flags&f != 0 }

// WireName is the member's name in its location.
func (m *Member) WireName() string {
	if m.Wire != "" {
		return m.Wire
	}
	return m.Name
}

// Operation is one call of a service.
type Operation struct {
	Name   string
	Method string
	URI    string // template with {label} and {label+}, maybe ?literal
	Status int    // of a success; 0 means 200
	Input  Ref
	Output Ref
	// InputName and InputNS are the XML root of a rest-xml input.
	InputName, InputNS string
	// ResultWrapper is the XML element around a query result.
	ResultWrapper string
	// Unsigned operations accept requests without credentials.
	Unsigned bool
	Errors   []Ref
	NewInput func() any
	// Call runs the operation on a server that implements the generated
	// Server interface.
	Call func(ctx context.Context, server, input any) (any, error)
}

// Service is the generated description of one AWS service.
type Service struct {
	Name           string // the folder: "cognitoidp"
	ID             string // AWS's service id: "Cognito Identity Provider"
	SigningName    string // in the credential scope: "cognito-idp"
	EndpointPrefix string // first label of the host name: "cognito-idp"
	TargetPrefix   string // of X-Amz-Target, JSON protocols
	APIVersion     string
	XMLNamespace   string
	Protocol       Protocol
	// QueryCompatible JSON services also send the code of their query days.
	QueryCompatible bool
	// ElementsNotNull services end their list of constraints on elements with
	// "Member must not be null".
	ElementsNotNull bool
	Shapes          []Shape
	Operations      []Operation // sorted by name
}

// Shape returns the shape at r.
func (s *Service) Shape(r Ref) *Shape { return &s.Shapes[r] }

// Operation finds an operation by name, nil if there is none.
func (s *Service) Operation(name string) *Operation {
	lo, hi := 0, len(s.Operations)
	for lo < hi {
		mid := (lo + hi) / 2
		if s.Operations[mid].Name < name {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(s.Operations) && s.Operations[lo].Name == name {
		return &s.Operations[lo]
	}
	return nil
}

// Empty is the input or output of an operation that has none.
type Empty struct{}

// RawDocument is the JSON text of a document member.
type RawDocument []byte
