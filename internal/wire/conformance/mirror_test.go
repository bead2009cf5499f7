package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
	"unicode"

	"github.com/gatehouse-dev/gatehouse/internal/wire"
)

var (
	timeType     = reflect.TypeFor[time.Time]()
	documentType = reflect.TypeFor[wire.RawDocument]()
)

// plain makes names of the two generators comparable.
func plain(name string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, name)
}

// field finds the SDK's counterpart of one of our fields.
func field(sdk reflect.Value, name string) (reflect.Value, bool) {
	for i := range sdk.NumField() {
		if plain(sdk.Type().Field(i).Name) == plain(name) {
			return sdk.Field(i), true
		}
	}
	return reflect.Value{}, false
}

// mirror copies our value into the SDK's type for it.
func mirror(sdk, ours reflect.Value) error {
	switch ours.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		if ours.IsNil() {
			return nil
		}
	}
	if ours.Kind() == reflect.Pointer {
		return mirror(sdk, ours.Elem())
	}
	if sdk.Kind() == reflect.Pointer {
		sdk.Set(reflect.New(sdk.Type().Elem()))
		return mirror(sdk.Elem(), ours)
	}
	switch {
	case ours.Type() == timeType:
		sdk.Set(ours)
	case ours.Type() == documentType:
		var value any
		if err := json.Unmarshal(ours.Bytes(), &value); err != nil {
			return err
		}
		sdk.Set(newDocument(value))
	case ours.Kind() == reflect.Interface: // a stream, read twice: put it back
		b := drain(ours)
		sdk.Set(reflect.ValueOf(bytes.NewReader(b)))
	case ours.Kind() == reflect.Struct && sdk.Kind() == reflect.Interface:
		return mirrorUnion(sdk, ours)
	case ours.Kind() == reflect.Struct:
		for i := range ours.NumField() {
			name := ours.Type().Field(i).Name
			f, ok := field(sdk, name)
			if !ok && isNil(ours.Field(i)) {
				continue
			}
			if !ok {
				return fmt.Errorf("the SDK's %s has no %s", sdk.Type(), name)
			}
			if err := mirror(f, ours.Field(i)); err != nil {
				return err
			}
		}
	case ours.Kind() == reflect.Slice && ours.Type().Elem().Kind() == reflect.Uint8:
		sdk.SetBytes(ours.Bytes())
	case ours.Kind() == reflect.Slice:
		sdk.Set(reflect.MakeSlice(sdk.Type(), ours.Len(), ours.Len()))
		for i := range ours.Len() {
			if err := mirror(sdk.Index(i), ours.Index(i)); err != nil {
				return err
			}
		}
	case ours.Kind() == reflect.Map:
		sdk.Set(reflect.MakeMap(sdk.Type()))
		for _, k := range ours.MapKeys() {
			e := reflect.New(sdk.Type().Elem()).Elem()
			if err := mirror(e, ours.MapIndex(k)); err != nil {
				return err
			}
			sdk.SetMapIndex(k.Convert(sdk.Type().Key()), e)
		}
	default:
		if !ours.CanConvert(sdk.Type()) {
			return fmt.Errorf("%s is no %s", ours.Type(), sdk.Type())
		}
		sdk.Set(ours.Convert(sdk.Type()))
	}
	return nil
}

func mirrorUnion(sdk, ours reflect.Value) error {
	for i := range ours.NumField() {
		if ours.Field(i).IsNil() {
			continue
		}
		name := plain(sdk.Type().Name() + "Member" + ours.Type().Field(i).Name)
		for _, c := range unionCases()[sdk.Type()] {
			if plain(c.Name()) == name {
				p := reflect.New(c)
				if err := mirror(p.Elem().FieldByName("Value"), ours.Field(i)); err != nil {
					return err
				}
				sdk.Set(p)
				return nil
			}
		}
		return fmt.Errorf("the SDK's union %s has no %s", sdk.Type(), name)
	}
	return nil
}

// drain reads a stream and puts its bytes back for the next reader.
func drain(v reflect.Value) []byte {
	b, err := io.ReadAll(v.Interface().(io.Reader))
	if err != nil {
		panic(err)
	}
	v.Set(reflect.ValueOf(io.NopCloser(bytes.NewReader(b))))
	return b
}

// differ returns where our value and the SDK's say different things, "" if
// nowhere. Members that only the SDK's newer model has do not count.
func differ(path string, ours, sdk reflect.Value) string {
	if isNil(ours) || isNil(sdk) {
		if isNil(ours) && (isNil(sdk) || sdk.IsZero()) || isNil(sdk) && isNil(ours) {
			return ""
		}
		return fmt.Sprintf("%s: ours %s, the SDK's %s", path, show(ours), show(sdk))
	}
	if ours.Kind() == reflect.Pointer {
		return differ(path, ours.Elem(), sdk)
	}
	if sdk.Kind() == reflect.Pointer {
		return differ(path, ours, sdk.Elem())
	}
	unequal := fmt.Sprintf("%s: ours %s, the SDK's %s", path, show(ours), show(sdk))
	switch {
	case ours.Type() == timeType:
		if !ours.Interface().(time.Time).Equal(sdk.Interface().(time.Time)) {
			return unequal
		}
	case ours.Type() == documentType:
		return differDocument(path, ours.Bytes(), sdk.Interface())
	case ours.Kind() == reflect.Interface:
		if !bytes.Equal(drain(ours), drain(sdk)) {
			return unequal
		}
	case ours.Kind() == reflect.Struct && sdk.Kind() == reflect.Interface:
		c := sdk.Elem().Elem() // the pointed-to case of a union
		name := strings.TrimPrefix(plain(c.Type().Name()), plain(sdk.Type().Name()+"Member"))
		for i := range ours.NumField() {
			fieldName := ours.Type().Field(i).Name
			if plain(fieldName) != name {
				if !ours.Field(i).IsNil() {
					return unequal
				}
				continue
			}
			if d := differ(path+"."+fieldName, ours.Field(i), c.FieldByName("Value")); d != "" {
				return d
			}
		}
	case ours.Kind() == reflect.Struct:
		for i := range ours.NumField() {
			name := ours.Type().Field(i).Name
			f, ok := field(sdk, name)
			if !ok && isNil(ours.Field(i)) {
				continue
			}
			if !ok {
				return fmt.Sprintf("%s: the SDK's %s has no %s", path, sdk.Type(), name)
			}
			if d := differ(path+"."+name, ours.Field(i), f); d != "" {
				return d
			}
		}
	case ours.Kind() == reflect.Slice && ours.Type().Elem().Kind() == reflect.Uint8:
		if !bytes.Equal(ours.Bytes(), sdk.Bytes()) {
			return unequal
		}
	case ours.Kind() == reflect.Slice:
		if ours.Len() != sdk.Len() {
			return unequal
		}
		for i := range ours.Len() {
			if d := differ(fmt.Sprintf("%s[%d]", path, i), ours.Index(i), sdk.Index(i)); d != "" {
				return d
			}
		}
	case ours.Kind() == reflect.Map:
		if ours.Len() != sdk.Len() {
			return unequal
		}
		for _, k := range ours.MapKeys() {
			e := sdk.MapIndex(k.Convert(sdk.Type().Key()))
			if !e.IsValid() {
				return unequal
			}
			if d := differ(fmt.Sprintf("%s[%q]", path, k.String()), ours.MapIndex(k), e); d != "" {
				return d
			}
		}
	case ours.Interface() != sdk.Convert(ours.Type()).Interface():
		return unequal
	}
	return ""
}

func differDocument(path string, ours []byte, sdk any) string {
	theirs, mine := sdk.(wire.RawDocument)
	if !mine {
		var err error
		if theirs, err = sdk.(interface{ MarshalSmithyDocument() ([]byte, error) }).MarshalSmithyDocument(); err != nil {
			return path + ": " + err.Error()
		}
	}
	var a, b any
	if err := json.Unmarshal(ours, &a); err != nil {
		return path + ": " + err.Error()
	}
	if err := json.Unmarshal(theirs, &b); err != nil {
		return path + ": " + err.Error()
	}
	if !reflect.DeepEqual(a, b) {
		return fmt.Sprintf("%s: ours %s, the SDK's %s", path, ours, theirs)
	}
	return ""
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	}
	return false
}

func show(v reflect.Value) string {
	if !v.IsValid() {
		return "nothing"
	}
	for v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	return fmt.Sprintf("%.200q", fmt.Sprint(v))
}
