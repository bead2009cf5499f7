package sns

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/sns"
)

// options are the reserved message attributes of a text.
type options struct {
	sender, kind, origination string
	maxPrice                  int64 // millionths of a dollar
	hasMaxPrice               bool
}

// messageOptions checks all message attributes and reads the reserved ones
// (Developer Guide, "Publishing to a mobile phone" and "Message attributes").
func messageOptions(attrs map[string]api.MessageAttributeValue) (o options, err error) {
	for name, v := range attrs {
		if err := checkMessageAttribute(name, v); err != nil {
			return o, err
		}
		bad := func(reason string) error {
			return api.InvalidParameterException("Invalid parameter: %s Reason: %s", name, reason)
		}
		text := ""
		if v.StringValue != nil {
			text = *v.StringValue
		}
		switch name {
		case "AWS.SNS.SMS.SenderID":
			if *v.DataType != "String" || !validSender(text) {
				return o, bad("must be a String of 1 to 11 letters and digits with at least one letter")
			}
			o.sender = text
		case "AWS.SNS.SMS.SMSType":
			if *v.DataType != "String" || text != promotional && text != transactional {
				return o, bad("must be the String Promotional or Transactional")
			}
			o.kind = text
		case "AWS.SNS.SMS.MaxPrice":
			usd, err := strconv.ParseFloat(text, 64)
			if err != nil || usd < 0 || usd > 1e9 || math.IsNaN(usd) {
				return o, bad("must be a Number of US dollars")
			}
			o.maxPrice, o.hasMaxPrice = int64(math.Round(usd*1e6)), true
		case "AWS.MM.SMS.OriginationNumber":
			if *v.DataType != "String" || !validOrigination(text) {
				return o, bad("must be a String of 5 to 14 digits")
			}
			o.origination = text
		}
	}
	return o, nil
}

func checkMessageAttribute(name string, v api.MessageAttributeValue) error {
	for i := range len(name) {
		if c := name[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '_' && c != '-' && c != '.' {
			return api.InvalidParameterValueException("Invalid non-alphanumeric character '#x%X' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.", c)
		}
	}
	if name == "" || len(name) > 256 {
		return api.InvalidParameterValueException("Length of message attribute name must be between 1 and 256 bytes.")
	}
	kind, _, _ := strings.Cut(*v.DataType, ".")
	switch kind {
	case "String", "Number":
		if v.StringValue == nil || *v.StringValue == "" {
			return api.InvalidParameterValueException("The message attribute '%s' must contain non-empty message attribute value for message attribute type '%s'.", name, *v.DataType)
		}
		if _, err := strconv.ParseFloat(*v.StringValue, 64); kind == "Number" && err != nil {
			return api.InvalidParameterValueException("Could not cast message attribute '%s' value to number.", name)
		}
	case "Binary":
		if len(v.BinaryValue) == 0 {
			return api.InvalidParameterValueException("The message attribute '%s' must contain non-empty message attribute value for message attribute type '%s'.", name, *v.DataType)
		}
	default:
		return api.InvalidParameterValueException("The message attribute '%s' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.", name)
	}
	return nil
}

// structured picks the text for phones out of a message with MessageStructure.
func structured(structure, message string) (string, error) {
	switch structure {
	case "string":
		return message, nil
	case "json":
	default:
		return "", api.InvalidParameterException("Invalid parameter: MessageStructure Reason: must be json")
	}
	var texts map[string]any
	if json.Unmarshal([]byte(message), &texts) != nil {
		return "", api.InvalidParameterException("Invalid parameter: Message Structure - JSON message body failed to parse")
	}
	if _, ok := texts["default"].(string); !ok {
		return "", api.InvalidParameterException("Invalid parameter: Message Structure - No default entry in JSON message body")
	}
	if text, ok := texts["sms"].(string); ok {
		return text, nil
	}
	return texts["default"].(string), nil
}
