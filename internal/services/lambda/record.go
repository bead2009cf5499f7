package lambda

import (
	"errors"
	"time"

	api "github.com/gatehouse-dev/gatehouse/internal/api/lambda"
	"github.com/gatehouse-dev/gatehouse/internal/ids"
	"github.com/gatehouse-dev/gatehouse/internal/kv"
)

const latest = "$LATEST"

// function is the record of a function: what its versions have in common.
type function struct {
	Name     string            `json:"name"`
	Versions int64             `json:"versions,omitempty"` // published so far
	Tags     map[string]string `json:"tags,omitempty"`
	Reserved *int32            `json:"reserved,omitempty"` // concurrency
	Loop     string            `json:"loop,omitempty"`     // what recursion does
	// Change is another one after each change of anything of the function.
	Change string `json:"change"`
}

// version is the record of a version of a function.
type version struct {
	Number   string    `json:"number"`
	Revision string    `json:"revision"`
	Modified time.Time `json:"modified"`
	Run      string    `json:"run"` // another one after each change of code or configuration

	Hash string `json:"hash"` // of the package, hex
	Size int64  `json:"size"` // of the package, bytes
	// Unpacked is the size of the package's content without layers, bytes.
	Unpacked int64 `json:"unpacked"`

	settings
	UpdateRuntimeOn string `json:"updateRuntimeOn,omitempty"`
}

// settings are what the configuration of a version says.
type settings struct {
	Runtime       string                 `json:"runtime"`
	Role          string                 `json:"role"`
	Handler       string                 `json:"handler"`
	Description   string                 `json:"description"`
	Timeout       int32                  `json:"timeout"` // seconds
	MemoryMB      int32                  `json:"memory"`
	TmpMB         int32                  `json:"tmp"`
	Environment   map[string]string      `json:"environment,omitempty"`
	KMSKey        string                 `json:"kmsKey,omitempty"`
	DeadLetter    string                 `json:"deadLetter,omitempty"`
	Tracing       string                 `json:"tracing"`
	Architectures []string               `json:"architectures"`
	SnapStart     string                 `json:"snapStart"`
	Logging       api.LoggingConfig      `json:"logging"`
	VPC           *api.VpcConfig         `json:"vpc,omitempty"`
	FileSystems   []api.FileSystemConfig `json:"fileSystems,omitempty"`
	Image         *api.ImageConfig       `json:"image,omitempty"`
	Layers        []layerUse             `json:"layers,omitempty"`
}

// layerUse is a layer of a version, as it was when it was put there: it stays
// of use when the layer is deleted.
type layerUse struct {
	ARN      string `json:"arn"`
	Hash     string `json:"hash"`
	Size     int64  `json:"size"`
	Unpacked int64  `json:"unpacked"`
}

// usage is what an account uses of its quotas in a region.
type usage struct {
	Code      int64 `json:"code,omitempty"` // bytes
	Functions int64 `json:"functions,omitempty"`
	Reserved  int32 `json:"reserved,omitempty"` // concurrency
}

// touch gives the version a new revision.
func (v *version) touch(now time.Time) {
	v.Revision, v.Modified = ids.UUID(), now
}

func loadFunction(r kv.Reader, n name) (function, error) {
	f, ok, err := kv.Load[function](r, n.functionKey(n.function))
	if err == nil && !ok {
		err = errNotFound(n)
	}
	return f, err
}

// loadVersion reads the version that a number means; "" is the latest.
func loadVersion(r kv.Reader, n name, number string) (version, error) {
	if number == "" {
		number = latest
	}
	v, ok, err := kv.Load[version](r, n.versionKey(n.function, number))
	if err == nil && !ok {
		err = errNotFound(n)
	}
	return v, err
}

// resolve reads the version that a name means, through an alias if it names one.
func resolve(r kv.Reader, n name) (version, error) {
	if _, err := loadFunction(r, n); err != nil {
		return version{}, err
	}
	number := n.qualifier
	if isAlias(number) {
		a, ok, err := kv.Load[alias](r, n.aliasKey(n.function, number))
		if err != nil {
			return version{}, err
		}
		if !ok {
			return version{}, errNotFound(n)
		}
		number = a.Version
	}
	return loadVersion(r, n, number)
}

// saveFunction stores a function and tells the world that it changed.
func saveFunction(t kv.Txn, p place, f *function) error {
	f.Change = ids.Hex(8)
	if err := t.Set(changedKey(p, f.Name), []byte(f.Change)); err != nil {
		return err
	}
	return kv.Save(t, p.functionKey(f.Name), f)
}

func saveVersion(t kv.Txn, n name, v *version) error {
	return kv.Save(t, n.versionKey(n.function, v.Number), v)
}

// use counts packages in and out.
func use(t kv.Txn, by int64, hash string) error {
	count, _, err := kv.Load[int64](t, hashKey(hash))
	if err != nil {
		return err
	}
	if count += by; count <= 0 {
		return t.Delete(hashKey(hash))
	}
	return kv.Save(t, hashKey(hash), count)
}

// useVersion counts the packages of a version in (1) or out (-1), and its size.
func useVersion(t kv.Txn, u *usage, by int64, v *version) error {
	u.Code += by * v.Size
	if err := use(t, by, v.Hash); err != nil {
		return err
	}
	for _, l := range v.Layers {
		if by > 0 {
			// Its last use may have ended since it was looked up.
			if b, err := t.Get(hashKey(l.Hash)); err != nil || b == nil {
				return errors.Join(err, invalid("Layer version %s does not exist.", l.ARN))
			}
		}
		if err := use(t, by, l.Hash); err != nil {
			return err
		}
	}
	return nil
}
