package sns_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	awssns "github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"

	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/services/sns"
	"github.com/gatehouse-dev/gatehouse/internal/testkit"
)

const phone = "+12065550100"

type fixture struct {
	*awssns.Client
	svc *sns.Service
	clk *clock.Clock
}

func start(t *testing.T) fixture {
	clk := &clock.Clock{}
	svc := sns.New(sns.Options{Store: testkit.Store(t), Clock: clk, Account: testkit.Account})
	_, cfg := testkit.Serve(t, testkit.Pipeline(t, clk, nil, svc.Front()))
	return fixture{awssns.NewFromConfig(cfg), svc, clk}
}

func (f fixture) publish(t *testing.T, text string, attrs map[string]string) string {
	t.Helper()
	in := &awssns.PublishInput{PhoneNumber: new(phone), Message: &text, MessageAttributes: map[string]types.MessageAttributeValue{}}
	for name, v := range attrs {
		in.MessageAttributes[name] = types.MessageAttributeValue{DataType: new("String"), StringValue: &v}
	}
	out, err := f.Publish(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return *out.MessageId
}

func (f fixture) inbox(t *testing.T, filter sns.Filter) []sns.Message {
	t.Helper()
	msgs, err := f.svc.Inbox(t.Context(), filter)
	if err != nil {
		t.Fatal(err)
	}
	return msgs
}

func TestPublishLandsInTheInbox(t *testing.T) {
	f := start(t)
	id := f.publish(t, "hello", map[string]string{"AWS.SNS.SMS.SenderID": "House", "AWS.SNS.SMS.SMSType": "Transactional", "AWS.MM.SMS.OriginationNumber": "+12065550199"})
	msgs := f.inbox(t, sns.Filter{Number: phone})
	if len(msgs) != 1 {
		t.Fatalf("inbox has %d messages", len(msgs))
	}
	m := msgs[0]
	if m.MessageID != id || m.Text != "hello" || m.SenderID != "House" || m.Type != "Transactional" || m.Parts != 1 ||
		m.Price != "0.00645" || m.Status != sns.Delivered || m.Region != testkit.Region || m.OriginationNumber != "+12065550199" {
		t.Errorf("message is %+v", m)
	}
	if other := f.inbox(t, sns.Filter{Number: "+12065550101"}); len(other) != 0 {
		t.Errorf("another number received %v", other)
	}
}

func TestStructuredMessage(t *testing.T) {
	f := start(t)
	_, err := f.Publish(t.Context(), &awssns.PublishInput{PhoneNumber: new(phone), MessageStructure: new("json"),
		Message: new(`{"default":"long","sms":"short"}`)})
	if err != nil {
		t.Fatal(err)
	}
	if m := f.inbox(t, sns.Filter{}); len(m) != 1 || m[0].Text != "short" {
		t.Errorf("inbox is %v", m)
	}
}

func TestPublishRefusals(t *testing.T) {
	f := start(t)
	attr := func(name, kind, value string) map[string]types.MessageAttributeValue {
		return map[string]types.MessageAttributeValue{name: {DataType: &kind, StringValue: &value}}
	}
	hi := new("hi")
	for _, c := range []struct {
		name       string
		in         awssns.PublishInput
		status     int
		code, text string
	}{
		{"no target", awssns.PublishInput{Message: hi}, 400, "InvalidParameter", "Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter"},
		{"two targets", awssns.PublishInput{Message: hi, PhoneNumber: new(phone), TopicArn: new("arn:aws:sns:us-east-1:1:t")}, 400, "InvalidParameter", "only one of"},
		{"short number", awssns.PublishInput{Message: hi, PhoneNumber: new("+123")}, 400, "InvalidParameter", "Invalid parameter: PhoneNumber Reason: +123 is not valid to publish to"},
		{"no plus", awssns.PublishInput{Message: hi, PhoneNumber: new("12065550100")}, 400, "InvalidParameter", "12065550100 is not valid to publish to"},
		{"letters", awssns.PublishInput{Message: hi, PhoneNumber: new("+1206555x100")}, 400, "InvalidParameter", "is not valid to publish to"},
		{"16 digits", awssns.PublishInput{Message: hi, PhoneNumber: new("+4412345678901234")}, 400, "InvalidParameter", "is not valid to publish to"},
		{"empty", awssns.PublishInput{Message: new(""), PhoneNumber: new(phone)}, 400, "InvalidParameter", "Invalid parameter: Empty message"},
		{"too long", awssns.PublishInput{Message: new(strings.Repeat("é", 1601)), PhoneNumber: new(phone)}, 400, "InvalidParameter", "1600"},
		{"group", awssns.PublishInput{Message: hi, PhoneNumber: new(phone), MessageGroupId: new("g")}, 400, "InvalidParameter", "MessageGroupId"},
		{"topic", awssns.PublishInput{Message: hi, TopicArn: new("arn:aws:sns:us-east-1:000000000000:t")}, 501, "NotImplemented", "topic"},
		{"bad json", awssns.PublishInput{Message: new("{"), MessageStructure: new("json"), PhoneNumber: new(phone)}, 400, "InvalidParameter", "JSON message body failed to parse"},
		{"no default", awssns.PublishInput{Message: new("{}"), MessageStructure: new("json"), PhoneNumber: new(phone)}, 400, "InvalidParameter", "No default entry"},
		{"sender", awssns.PublishInput{Message: hi, PhoneNumber: new(phone), MessageAttributes: attr("AWS.SNS.SMS.SenderID", "String", "much too long")}, 400, "InvalidParameter", "AWS.SNS.SMS.SenderID"},
		{"type", awssns.PublishInput{Message: hi, PhoneNumber: new(phone), MessageAttributes: attr("AWS.SNS.SMS.SMSType", "String", "Spam")}, 400, "InvalidParameter", "AWS.SNS.SMS.SMSType"},
		{"price", awssns.PublishInput{Message: hi, PhoneNumber: new(phone), MessageAttributes: attr("AWS.SNS.SMS.MaxPrice", "Number", "-1")}, 400, "InvalidParameter", "AWS.SNS.SMS.MaxPrice"},
		{"origination", awssns.PublishInput{Message: hi, PhoneNumber: new(phone), MessageAttributes: attr("AWS.MM.SMS.OriginationNumber", "String", "1234")}, 400, "InvalidParameter", "OriginationNumber"},
		{"data type", awssns.PublishInput{Message: hi, PhoneNumber: new(phone), MessageAttributes: attr("x", "Text", "1")}, 400, "ParameterValueInvalid", "the set of supported type prefixes is Binary, Number, and String."},
		{"not a number", awssns.PublishInput{Message: hi, PhoneNumber: new(phone), MessageAttributes: attr("x", "Number", "one")}, 400, "ParameterValueInvalid", "Could not cast"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := f.Publish(t.Context(), &c.in)
			testkit.WantError(t, err, c.status, c.code, c.text)
		})
	}
	if m := f.inbox(t, sns.Filter{Failed: true}); len(m) != 0 {
		t.Errorf("a refused message is in the inbox: %v", m)
	}
}

func TestSpendLimit(t *testing.T) {
	f := start(t)
	if _, err := f.SetSMSAttributes(t.Context(), &awssns.SetSMSAttributesInput{Attributes: map[string]string{"MonthlySpendLimit": "0"}}); err != nil {
		t.Fatal(err)
	}
	f.publish(t, "hi", nil)
	if m := f.inbox(t, sns.Filter{}); len(m) != 0 {
		t.Fatalf("delivered over the limit: %v", m)
	}
	if m := f.inbox(t, sns.Filter{Failed: true}); len(m) != 1 || m[0].ProviderResponse != "No quota left for account" {
		t.Errorf("inbox is %v", m)
	}
	f.SetSMSAttributes(t.Context(), &awssns.SetSMSAttributesInput{Attributes: map[string]string{"MonthlySpendLimit": "1"}})
	for range 11 {
		f.publish(t, strings.Repeat("x", 1600), nil) // 11 parts: 0.07095 USD
	}
	f.publish(t, strings.Repeat("x", 1600), nil)
	f.publish(t, strings.Repeat("x", 1600), nil)
	f.publish(t, strings.Repeat("x", 1600), nil)
	if m := f.inbox(t, sns.Filter{}); len(m) != 14 {
		t.Errorf("%d messages delivered, want 14", len(m))
	}
	f.publish(t, strings.Repeat("x", 1600), nil)
	if m := f.inbox(t, sns.Filter{}); len(m) != 14 {
		t.Errorf("%d messages delivered for a dollar, want 14", len(m))
	}
	f.publish(t, "cheap", nil)
	if m := f.inbox(t, sns.Filter{}); len(m) != 15 {
		t.Errorf("a message that fits was not delivered")
	}
	if n, err := f.svc.Spent(t.Context(), testkit.Region, f.clk.Now()); err != nil || n != (14*11+1)*6450 {
		t.Errorf("spent %d, %v", n, err)
	}
}

func TestMaxPrice(t *testing.T) {
	f := start(t)
	f.publish(t, "hi", map[string]string{"AWS.SNS.SMS.MaxPrice": "0.006"})
	f.publish(t, "hi", map[string]string{"AWS.SNS.SMS.MaxPrice": "0.00645"})
	m := f.inbox(t, sns.Filter{Failed: true})
	if len(m) != 2 || m[0].ProviderResponse != "This delivery would exceed max price" || m[1].Status != sns.Delivered {
		t.Errorf("inbox is %v", m)
	}
}

func TestAttributes(t *testing.T) {
	f := start(t)
	set := func(name, value string) error {
		_, err := f.SetSMSAttributes(t.Context(), &awssns.SetSMSAttributesInput{Attributes: map[string]string{name: value}})
		return err
	}
	for name, value := range map[string]string{"DefaultSenderID": "House", "DefaultSMSType": "Transactional", "DeliveryStatusSuccessSamplingRate": "50",
		"DeliveryStatusIAMRole": "arn:aws:iam::000000000000:role/sms", "UsageReportS3Bucket": "reports"} {
		if err := set(name, value); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	out, err := f.GetSMSAttributes(t.Context(), &awssns.GetSMSAttributesInput{})
	if err != nil || len(out.Attributes) != 6 || out.Attributes["DefaultSenderID"] != "House" || out.Attributes["MonthlySpendLimit"] != "1000" {
		t.Errorf("%v, %v", out, err)
	}
	f.publish(t, "hi", nil)
	if m := f.inbox(t, sns.Filter{}); m[0].SenderID != "House" || m[0].Type != "Transactional" {
		t.Errorf("defaults are not applied: %+v", m[0])
	}
	out, err = f.GetSMSAttributes(t.Context(), &awssns.GetSMSAttributesInput{Attributes: []string{"DefaultSMSType"}})
	if err != nil || len(out.Attributes) != 1 || out.Attributes["DefaultSMSType"] != "Transactional" {
		t.Errorf("%v, %v", out, err)
	}
	if err := set("DefaultSenderID", ""); err != nil {
		t.Error(err)
	}
	out, _ = f.GetSMSAttributes(t.Context(), &awssns.GetSMSAttributesInput{})
	if _, still := out.Attributes["DefaultSenderID"]; still {
		t.Error("an empty value did not clear the attribute")
	}
	for name, value := range map[string]string{"MonthlySpendLimit": "1001", "DefaultSMSType": "Spam", "DefaultSenderID": "1234",
		"DeliveryStatusIAMRole": "x", "DeliveryStatusSuccessSamplingRate": "101", "Color": "red"} {
		testkit.WantError(t, set(name, value), 400, "InvalidParameter", name)
	}
	_, err = f.GetSMSAttributes(t.Context(), &awssns.GetSMSAttributesInput{Attributes: []string{"Color"}})
	testkit.WantError(t, err, 400, "InvalidParameter", "Color")
}

func TestOptOut(t *testing.T) {
	f := start(t)
	endpoint, _ := testkit.Serve(t, f.svc.InboxHandler())
	stop := func() {
		resp, err := http.Post(endpoint+"/_gatehouse/sms/optout", "application/json", strings.NewReader(`{"number":"`+phone+`"}`))
		if err != nil || resp.StatusCode != http.StatusNoContent {
			t.Fatal(resp, err)
		}
		resp.Body.Close()
	}
	stop()
	check, err := f.CheckIfPhoneNumberIsOptedOut(t.Context(), &awssns.CheckIfPhoneNumberIsOptedOutInput{PhoneNumber: new(phone)})
	if err != nil || !check.IsOptedOut {
		t.Fatal(check, err)
	}
	f.publish(t, "hi", nil)
	if m := f.inbox(t, sns.Filter{}); len(m) != 0 {
		t.Fatalf("an opted-out number received %v", m)
	}
	list, err := f.ListPhoneNumbersOptedOut(t.Context(), &awssns.ListPhoneNumbersOptedOutInput{})
	if err != nil || len(list.PhoneNumbers) != 1 || list.PhoneNumbers[0] != phone {
		t.Fatal(list, err)
	}
	optIn := func() error {
		_, err := f.OptInPhoneNumber(t.Context(), &awssns.OptInPhoneNumberInput{PhoneNumber: new(phone)})
		return err
	}
	if err := optIn(); err != nil {
		t.Fatal(err)
	}
	f.publish(t, "hi", nil)
	if m := f.inbox(t, sns.Filter{}); len(m) != 1 {
		t.Fatalf("an opted-in number received %v", m)
	}
	stop()
	testkit.WantError(t, optIn(), 400, "InvalidParameter", "30 days")
	_, err = f.CheckIfPhoneNumberIsOptedOut(t.Context(), &awssns.CheckIfPhoneNumberIsOptedOutInput{PhoneNumber: new("123")})
	testkit.WantError(t, err, 400, "InvalidParameter", "input incorrectly formatted")
}

func TestOptInAfterThirtyDays(t *testing.T) {
	f := start(t)
	// The client signs with the machine's time, so the second opt-in is made
	// by a call whose clock is checked against the moved one: sign it there.
	for range 2 {
		if err := f.svc.OptOut(t.Context(), testkit.Region, phone); err != nil {
			t.Fatal(err)
		}
		offset := f.clk.Offset()
		_, err := f.OptInPhoneNumber(t.Context(), &awssns.OptInPhoneNumberInput{PhoneNumber: new(phone)}, func(o *awssns.Options) {
			o.HTTPSignerV4 = skewed{o.HTTPSignerV4, offset}
		})
		if err != nil {
			t.Fatal(err)
		}
		f.clk.Advance(30*24*time.Hour + time.Second)
	}
}

func TestInboxHandler(t *testing.T) {
	f := start(t)
	endpoint, _ := testkit.Serve(t, f.svc.InboxHandler())
	for i := range 3 {
		f.publish(t, fmt.Sprint("m", i), nil)
	}
	get := func(query string) (int, []sns.Message) {
		resp, err := http.Get(endpoint + "/_gatehouse/sms" + query)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		var msgs []sns.Message
		if resp.StatusCode == 200 {
			if err := json.Unmarshal(b, &msgs); err != nil {
				t.Fatalf("%s: %v", b, err)
			}
		}
		return resp.StatusCode, msgs
	}
	for query, want := range map[string]int{"": 3, "?number=%2B12065550100": 3, "?number=+12065550100": 3, "?number=%2B12065550101": 0, "?after=2": 1} {
		if status, m := get(query); status != 200 || len(m) != want {
			t.Errorf("%q: %d, %d messages, want %d", query, status, len(m), want)
		}
	}
	if status, _ := get("?after=x"); status != 400 {
		t.Errorf("after=x is answered %d", status)
	}
}

func TestFollow(t *testing.T) {
	f := start(t)
	endpoint, _ := testkit.Serve(t, f.svc.InboxHandler())
	f.publish(t, "before", nil)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	req, _ := http.NewRequestWithContext(ctx, "GET", endpoint+"/_gatehouse/sms?follow=1", nil)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	lines := bufio.NewScanner(resp.Body)
	next := func() (m sns.Message) {
		if !lines.Scan() {
			t.Fatal("the stream ended: ", lines.Err())
		}
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	if m := next(); m.Text != "before" {
		t.Errorf("first is %q", m.Text)
	}
	f.publish(t, "after", nil)
	if m := next(); m.Text != "after" {
		t.Errorf("second is %q", m.Text)
	}
}
