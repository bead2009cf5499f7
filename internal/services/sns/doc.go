// Package sns is Amazon SNS's text messages: Publish to a phone number, the
// SMS attributes with the monthly spend limit, and the opt-out list. Topics,
// subscriptions and mobile push answer 501.
//
// A message goes to no carrier but to the SMS inbox, which is durable: what
// Publish acknowledged is there, in the order of publication. As on AWS,
// Publish also succeeds for a message that is then not delivered (opted out,
// over the spend limit or over its maximum price); it is kept with the reason.
//
// Sources: Amazon SNS API Reference; Developer Guide, "Mobile text messaging".
package sns
