package lambda

import (
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

// readRevision returns the revision of what a name means: a version or an alias.
func readRevision(r kv.Reader, n name) (string, error) {
	if isAlias(n.qualifier) {
		a, err := loadAlias(r, n)
		return a.Revision, err
	}
	v, err := loadVersion(r, n, n.qualifier)
	return v.Revision, err
}

// bumpRevision gives it a new one.
func bumpRevision(t kv.Txn, n name) error {
	if isAlias(n.qualifier) {
		a, err := loadAlias(t, n)
		if err != nil {
			return err
		}
		a.Revision = ids.UUID()
		return kv.Save(t, n.aliasKey(n.function, n.qualifier), a)
	}
	v, err := loadVersion(t, n, n.qualifier)
	if err != nil {
		return err
	}
	v.Revision = ids.UUID()
	return saveVersion(t, n, &v)
}
