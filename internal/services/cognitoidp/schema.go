package cognitoidp

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gatehouse-dev/gatehouse/internal/api/cognitoidp"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// maxCustom is the quota of custom attributes of a pool.
const maxCustom = 50

// standardSchema is the attributes that each pool has (OpenID Connect Core
// section 5.1 and Cognito's own), in Cognito's order.
func standardSchema() []cognitoidp.SchemaAttributeType {
	str := func(name, minLength, maxLength string) cognitoidp.SchemaAttributeType {
		return cognitoidp.SchemaAttributeType{Name: &name, AttributeDataType: new(cognitoidp.AttributeDataTypeString),
			DeveloperOnlyAttribute: new(false), Mutable: new(true), Required: new(false),
			StringAttributeConstraints: &cognitoidp.StringAttributeConstraintsType{MinLength: &minLength, MaxLength: &maxLength}}
	}
	of := func(name, kind string) cognitoidp.SchemaAttributeType {
		return cognitoidp.SchemaAttributeType{Name: &name, AttributeDataType: &kind,
			DeveloperOnlyAttribute: new(false), Mutable: new(true), Required: new(false)}
	}
	sub := str("sub", "1", "2048")
	sub.Mutable, sub.Required = new(false), new(true)
	updated := of("updated_at", cognitoidp.AttributeDataTypeNumber)
	updated.NumberAttributeConstraints = &cognitoidp.NumberAttributeConstraintsType{MinValue: new("0")}
	identities := of("identities", cognitoidp.AttributeDataTypeString)
	identities.StringAttributeConstraints = &cognitoidp.StringAttributeConstraintsType{}

	out := []cognitoidp.SchemaAttributeType{sub}
	for _, name := range []string{"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username", "profile", "picture", "website", "email"} {
		out = append(out, str(name, "0", "2048"))
	}
	out = append(out, of("email_verified", cognitoidp.AttributeDataTypeBoolean), str("gender", "0", "2048"), str("birthdate", "10", "10"))
	for _, name := range []string{"zoneinfo", "locale", "phone_number"} {
		out = append(out, str(name, "0", "2048"))
	}
	return append(out, of("phone_number_verified", cognitoidp.AttributeDataTypeBoolean), str("address", "0", "2048"), updated, identities)
}

// newSchema is the standard attributes, changed as given, and custom ones.
func newSchema(given []cognitoidp.SchemaAttributeType) ([]cognitoidp.SchemaAttributeType, error) {
	schema := standardSchema()
	var custom []cognitoidp.SchemaAttributeType
	seen := map[string]bool{}
	for _, a := range given {
		name := text(a.Name)
		if name == "" {
			return nil, invalid("Attribute name is required.")
		}
		if seen[name] {
			return nil, invalid("Duplicate custom attribute names custom:%s are not allowed in a user pool schema.", name)
		}
		seen[name] = true
		i := find(schema, name)
		if i < 0 {
			custom = append(custom, a)
			continue
		}
		if err := override(&schema[i], a); err != nil {
			return nil, err
		}
	}
	return addCustom(schema, custom)
}

func find(schema []cognitoidp.SchemaAttributeType, name string) int {
	return slices.IndexFunc(schema, func(a cognitoidp.SchemaAttributeType) bool { return *a.Name == name })
}

// override changes a standard attribute: whether it is required and mutable,
// and its constraints.
func override(std *cognitoidp.SchemaAttributeType, a cognitoidp.SchemaAttributeType) error {
	if a.AttributeDataType != nil && *a.AttributeDataType != *std.AttributeDataType || isTrue(a.DeveloperOnlyAttribute) {
		return invalid("You can not change AttributeDataType or set developerOnlyAttribute for standard schema attribute %s", *std.Name)
	}
	if err := checkConstraints(&a, *std.AttributeDataType); err != nil {
		return err
	}
	std.Required = or(a.Required, *std.Required)
	std.Mutable = or(a.Mutable, *std.Mutable)
	if a.StringAttributeConstraints != nil {
		std.StringAttributeConstraints = a.StringAttributeConstraints
	}
	if a.NumberAttributeConstraints != nil {
		std.NumberAttributeConstraints = a.NumberAttributeConstraints
	}
	return nil
}

// addCustom appends custom attributes under their full names: custom:NAME, or
// dev:custom:NAME where only a developer may write them.
func addCustom(schema, custom []cognitoidp.SchemaAttributeType) ([]cognitoidp.SchemaAttributeType, error) {
	for _, a := range custom {
		short := text(a.Name)
		if isTrue(a.Required) {
			return nil, invalid("Required custom attributes are not supported currently.")
		}
		full := "custom:" + short
		if isTrue(a.DeveloperOnlyAttribute) {
			full = "dev:" + full
		}
		if short == "" || find(schema, full) >= 0 {
			return nil, invalid("%s: Existing attribute already has name %s.", full, full)
		}
		kind := or(a.AttributeDataType, cognitoidp.AttributeDataTypeString)
		a.Name = &full
		if err := checkConstraints(&a, *kind); err != nil {
			return nil, err
		}
		a.AttributeDataType, a.Required = kind, new(false)
		a.DeveloperOnlyAttribute, a.Mutable = or(a.DeveloperOnlyAttribute, false), or(a.Mutable, true)
		switch *kind {
		case cognitoidp.AttributeDataTypeString:
			a.StringAttributeConstraints = or(a.StringAttributeConstraints, cognitoidp.StringAttributeConstraintsType{})
		case cognitoidp.AttributeDataTypeNumber:
			a.NumberAttributeConstraints = or(a.NumberAttributeConstraints, cognitoidp.NumberAttributeConstraintsType{})
		}
		schema = append(schema, a)
	}
	if n := len(schema) - len(standardSchema()); n > maxCustom {
		return nil, invalid("The number of custom attributes has exceeded the limit of %d.", maxCustom)
	}
	return schema, nil
}

// checkConstraints refuses constraints that are no numbers, are the wrong way
// round, or are for another type.
func checkConstraints(a *cognitoidp.SchemaAttributeType, kind string) error {
	name := *a.Name
	if c := a.StringAttributeConstraints; c != nil && (c.MinLength != nil || c.MaxLength != nil) {
		if kind != cognitoidp.AttributeDataTypeString {
			return invalid("%s: StringAttributeConstraints are for attributes of type String.", name)
		}
		if err := checkBounds(name, "length", "shorter", c.MinLength, c.MaxLength); err != nil {
			return err
		}
		for _, n := range []*string{c.MinLength, c.MaxLength} {
			if strings.HasPrefix(text(n), "-") {
				return invalid("%s: The length of a string cannot be negative.", name)
			}
		}
	}
	if c := a.NumberAttributeConstraints; c != nil && (c.MinValue != nil || c.MaxValue != nil) {
		if kind != cognitoidp.AttributeDataTypeNumber {
			return invalid("%s: NumberAttributeConstraints are for attributes of type Number.", name)
		}
		return checkBounds(name, "value", "smaller", c.MinValue, c.MaxValue)
	}
	return nil
}

func checkBounds(name, what, less string, low, high *string) error {
	var n [2]int64
	for i, s := range []*string{low, high} {
		if s == nil {
			continue
		}
		var err error
		if n[i], err = strconv.ParseInt(*s, 10, 64); err != nil {
			return invalid("%s: The %s constraint %q is not a number.", name, what, *s)
		}
	}
	if low != nil && high != nil && n[0] > n[1] {
		return invalid("Attribute %s cannot have a max %s %s than it's min %s", name, what, less, what)
	}
	return nil
}

func (s *Service) AddCustomAttributes(ctx context.Context, in *cognitoidp.AddCustomAttributesRequest) (*cognitoidp.AddCustomAttributesResponse, error) {
	c := front.CallFrom(ctx)
	return &cognitoidp.AddCustomAttributesResponse{}, s.mutate(ctx, *in.UserPoolId, func(_ kv.Txn, _ space, p *poolRecord) (err error) {
		p.Pool.LastModifiedDate = stamp(c.Time)
		p.Pool.SchemaAttributes, err = addCustom(p.Pool.SchemaAttributes, in.CustomAttributes)
		return err
	})
}
