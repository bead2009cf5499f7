package sns

import (
	"time"

	"github.com/gatehouse-dev/gatehouse/internal/kv"
	"github.com/gatehouse-dev/gatehouse/internal/tuple"
)

const area = "sns"

func attributesKey(account, region string) []byte {
	return tuple.Key(account, region, area, "sms-attributes")
}

func spendKey(account, region string, at time.Time) []byte {
	return tuple.Key(account, region, area, "sms-spend", at.UTC().Format("2006-01"))
}

func optOutKey(account, region, number string) []byte {
	return tuple.Key(account, region, area, "opted-out", number)
}

func optOuts(account, region string) kv.Range {
	return kv.Prefix(tuple.Prefix(account, region, area, "opted-out"))
}

func optInKey(account, region, number string) []byte {
	return tuple.Key(account, region, area, "opted-in", number)
}

// The inbox belongs to no region: it is one list for the whole account.
func inboxKey(account string, seq uint64) []byte {
	return tuple.Key(account, "", area, "inbox", seq)
}

func inboxPrefix(account string) []byte {
	return tuple.Prefix(account, "", area, "inbox")
}

func inboxSeqKey(account string) []byte {
	return tuple.Key(account, "", area, "inbox-seq")
}
