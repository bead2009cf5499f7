package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// model is botocore's service-2.json.
type model struct {
	Metadata   metadata             `json:"metadata"`
	Operations map[string]operation `json:"operations"`
	Shapes     map[string]shape     `json:"shapes"`
}

type metadata struct {
	APIVersion      string          `json:"apiVersion"`
	EndpointPrefix  string          `json:"endpointPrefix"`
	JSONVersion     string          `json:"jsonVersion"`
	Protocol        string          `json:"protocol"`
	ServiceID       string          `json:"serviceId"`
	SigningName     string          `json:"signingName"`
	TargetPrefix    string          `json:"targetPrefix"`
	XMLNamespace    string          `json:"xmlNamespace"`
	QueryCompatible json.RawMessage `json:"awsQueryCompatible"`
}

type operation struct {
	Name string `json:"name"`
	HTTP struct {
		Method       string `json:"method"`
		RequestURI   string `json:"requestUri"`
		ResponseCode int    `json:"responseCode"`
	} `json:"http"`
	Input, Output *topRef
	Errors        []ref    `json:"errors"`
	AuthType      string   `json:"authtype"`
	Auth          []string `json:"auth"`
}

type ref struct {
	Shape string `json:"shape"`
}

type topRef struct {
	Shape         string `json:"shape"`
	LocationName  string `json:"locationName"`
	ResultWrapper string `json:"resultWrapper"`
	XMLNamespace  *xmlNS `json:"xmlNamespace"`
}

// xmlNS is an object in the models' members and a string in a few places.
type xmlNS struct{ URI, Prefix string }

func (x *xmlNS) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		return json.Unmarshal(b, &x.URI)
	}
	var o struct {
		URI    string `json:"uri"`
		Prefix string `json:"prefix"`
	}
	err := json.Unmarshal(b, &o)
	x.URI, x.Prefix = o.URI, o.Prefix
	return err
}

type shape struct {
	Type            string  `json:"type"`
	Members         members `json:"members"`
	Required        []string
	Member          *member  `json:"member"`
	Key             *member  `json:"key"`
	Value           *member  `json:"value"`
	Flattened       bool     `json:"flattened"`
	Min             *float64 `json:"min"`
	Max             *float64 `json:"max"`
	Pattern         string   `json:"pattern"`
	Enum            []string `json:"enum"`
	Payload         string   `json:"payload"`
	Streaming       bool     `json:"streaming"`
	Sensitive       bool     `json:"sensitive"`
	Union           bool     `json:"union"`
	EventStream     bool     `json:"eventstream"`
	Document        bool     `json:"document"`
	TimestampFormat string   `json:"timestampFormat"`
	XMLNamespace    *xmlNS   `json:"xmlNamespace"`
	Exception       bool     `json:"exception"`
	Fault           bool     `json:"fault"`
	Error           *struct {
		Code           string `json:"code"`
		HTTPStatusCode int    `json:"httpStatusCode"`
	} `json:"error"`
}

type member struct {
	name             string
	Shape            string `json:"shape"`
	Location         string `json:"location"`
	LocationName     string `json:"locationName"`
	QueryName        string `json:"queryName"`
	Flattened        bool   `json:"flattened"`
	XMLAttribute     bool   `json:"xmlAttribute"`
	IdempotencyToken bool   `json:"idempotencyToken"`
	Streaming        bool   `json:"streaming"`
	XMLNamespace     *xmlNS `json:"xmlNamespace"`
	TimestampFormat  string `json:"timestampFormat"`
}

// members keeps the model's order: AWS writes XML members in it.
type members []member

func (ms *members) UnmarshalJSON(b []byte) error {
	var byName map[string]member
	if err := json.Unmarshal(b, &byName); err != nil {
		return err
	}
	names, err := keysInOrder(b)
	if err != nil {
		return err
	}
	for _, name := range names {
		m := byName[name]
		m.name = name
		*ms = append(*ms, m)
	}
	return nil
}

// keysInOrder returns the keys of a JSON object as they stand.
func keysInOrder(b []byte) ([]string, error) {
	var keys []string
	dec := json.NewDecoder(bytesReader(b))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return nil, err
		}
		keys = append(keys, t.(string))
		var skip json.RawMessage
		if err := dec.Decode(&skip); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

func readModel(dir, name string) (*model, error) {
	f, err := os.Open(filepath.Join(dir, name+".json.gz"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	m := new(model)
	if err := json.NewDecoder(z).Decode(m); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return m, nil
}
