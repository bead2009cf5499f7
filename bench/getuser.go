package main

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

const getUserGoal = 20_000 // requests a second

// userPolicies are what a team gives its people: themselves by a policy
// variable, the rest by conditions. GetUser is allowed by the second.
var userPolicies = []string{
	`{"Version":"2012-10-17","Statement":[
		{"Sid":"Deploy","Effect":"Allow","Action":["lambda:*","apigateway:*","logs:*"],"Resource":"*","Condition":{"StringEquals":{"aws:RequestedRegion":"us-east-1"}}},
		{"Sid":"NoUsers","Effect":"Deny","Action":["iam:CreateUser","iam:DeleteUser"],"Resource":"*"}]}`,
	`{"Version":"2012-10-17","Statement":[
		{"Sid":"Self","Effect":"Allow","Action":["iam:Get*","iam:List*"],"Resource":"arn:aws:iam::*:user/${aws:username}","Condition":{"IpAddress":{"aws:SourceIp":"127.0.0.0/8"}}}]}`,
}

// getUser loads IAM's GetUser as a user with policies calls it: signature
// verified, policies evaluated, the user read.
func getUser(ctx context.Context, l *lab, t *table) error {
	const name = "bench"
	if _, err := l.account.iam.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String(name)}); err != nil {
		return err
	}
	for i, p := range userPolicies {
		_, err := l.account.iam.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: aws.String(name), PolicyName: aws.String(fmt.Sprintf("policy-%d", i)), PolicyDocument: &p})
		if err != nil {
			return err
		}
	}
	key, err := l.account.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String(name)})
	if err != nil {
		return err
	}
	user := aws.Credentials{AccessKeyID: *key.AccessKey.AccessKeyId, SecretAccessKey: *key.AccessKey.SecretAccessKey}
	const form = "Action=GetUser&UserName=" + name + "&Version=2010-05-08"
	requests, err := presign(ctx, signedRequests, l.url, "iam", form, user)
	if err != nil {
		return err
	}
	peer, err := l.peer(ctx, "bare")
	if err != nil {
		return err
	}
	got, err := l.duel(ctx,
		raw("ours", l.url, connections, requests, "<UserName>"+name+"</UserName>").by(l.server),
		raw("bare", peer.url, connections, requests, body).by(peer.process))
	if err != nil {
		return err
	}
	ours := got["ours"]
	t.add(row{what: "IAM GetUser, signed by a user with two policies", ours: perSecond(ours.rate), peer: "bare net/http, the same bytes " + perSecond(got["bare"].rate),
		ratio: fmt.Sprintf("%.2f", paired(ours.rate, got["bare"].rate).median()), goal: ">= 20,000/s", verdict: judge(ours.rate.median() >= getUserGoal), cpu: cpuCosts(ours, got["bare"])})
	return nil
}
