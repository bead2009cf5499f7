package iam_test

import (
	"bytes"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// rewrite replaces text in all stored values. It fails if there is none.
func rewrite(t testing.TB, store kv.Store, old, changed string) {
	t.Helper()
	n := 0
	err := store.Update(t.Context(), func(txn kv.Txn) error {
		type pair struct{ k, v []byte }
		var pairs []pair
		err := txn.Scan(kv.Range{}, func(k, v []byte) (bool, error) {
			if bytes.Contains(v, []byte(old)) {
				pairs = append(pairs, pair{bytes.Clone(k), bytes.ReplaceAll(v, []byte(old), []byte(changed))})
			}
			return true, nil
		})
		if err != nil {
			return err
		}
		n = len(pairs)
		for _, p := range pairs {
			if err := txn.Set(p.k, p.v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Fatalf("%d values changed, %v", n, err)
	}
}

func accessKeyOf(t testing.TB, c *iam.Client) string {
	t.Helper()
	creds, err := c.Options().Credentials.Retrieve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return creds.AccessKeyID
}

func denies(set policy.Set) bool {
	return policy.Evaluate(&policy.Request{Action: "iam:GetUser", Resource: "*", Principal: policy.Principal{Type: policy.User, Account: "000000000000"}}, &set).Explicit
}
