package sns

import (
	"context"

	api "github.com/gatehouse-dev/gatehouse/internal/api/sns"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// access follows the Service Authorization Reference, "Actions, resources, and
// condition keys for Amazon SNS": a phone number is no resource.
func access() front.Access {
	return front.Access{
		"Publish": front.On("sns:Publish", func(_ *front.Call, in *api.PublishInput) string {
			switch {
			case in.PhoneNumber != nil:
				return "*"
			case in.TopicArn != nil:
				return *in.TopicArn
			case in.TargetArn != nil:
				return *in.TargetArn
			}
			return "*"
		}),
		"SetSMSAttributes":             front.Needs(setAttributesNeeds),
		"GetSMSAttributes":             front.Everywhere("sns:GetSMSAttributes"),
		"CheckIfPhoneNumberIsOptedOut": front.Everywhere("sns:CheckIfPhoneNumberIsOptedOut"),
		"ListPhoneNumbersOptedOut":     front.Everywhere("sns:ListPhoneNumbersOptedOut"),
		"OptInPhoneNumber":             front.Everywhere("sns:OptInPhoneNumber"),
		"GetSMSSandboxAccountStatus":   front.Everywhere("sns:GetSMSSandboxAccountStatus"),
	}
}

// setAttributesNeeds asks for iam:PassRole too where a role is handed to SNS.
func setAttributesNeeds(_ context.Context, _ *front.Call, in *api.SetSMSAttributesInput) ([]front.Need, error) {
	needs := []front.Need{{Action: "sns:SetSMSAttributes", Resource: "*"}}
	if role := in.Attributes[attrRole]; role != "" {
		keys := policy.KeyMap{}
		keys.Set("iam:PassedToService", "sns.amazonaws.com")
		needs = append(needs, front.Need{Action: "iam:PassRole", Resource: role, Keys: keys})
	}
	return needs, nil
}
