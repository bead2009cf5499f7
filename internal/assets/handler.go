package assets

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"

	"github.com/gatehouse-dev/gatehouse/internal/arn"
	"github.com/gatehouse-dev/gatehouse/internal/awserr"
	"github.com/gatehouse-dev/gatehouse/internal/blob"
	"github.com/gatehouse-dev/gatehouse/internal/clock"
	"github.com/gatehouse-dev/gatehouse/internal/front"
	"github.com/gatehouse-dev/gatehouse/internal/front/sigv4"
	"github.com/gatehouse-dev/gatehouse/internal/policy"
)

// Service is the name in the credential scope of uploads.
const Service = "gatehouse"

// Path is where uploads go, before the asset's name.
const Path = "/_gatehouse/assets/"

// Handler serves uploads. Callers are authenticated and authorized as the
// pipeline's are.
func Handler(s *Store, p *front.Pipeline, log *slog.Logger) http.Handler {
	h := &handler{store: s, front: p, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("PUT "+Path+"{sum}", h.put)
	mux.HandleFunc("HEAD "+Path+"{sum}", h.head)
	return mux
}

type handler struct {
	store    *Store
	front    *front.Pipeline
	log      *slog.Logger
	verifier sigv4.Verifier
}

// admit lets a request pass that is signed by someone who may upload.
func (h *handler) admit(r *http.Request, sum string) (sig *sigv4.Signature, secret string, err error) {
	if sig, err = sigv4.Parse(r); err != nil {
		return nil, "", err
	}
	// S3's way of signing has the payload's hash in a header, which is proven
	// while the payload is read.
	rules := sigv4.Rules{Now: clock.Machine(), Service: Service, S3: true}
	if err := sig.Check(r, rules); err != nil {
		return nil, "", err
	}
	cred, err := h.credential(r, sig)
	if err != nil {
		return nil, "", err
	}
	if err := h.verifier.Verify(r, sig, rules, cred.Secret, nil); err != nil {
		return nil, "", err
	}
	if !cred.Expires.IsZero() && !h.front.Clock.Now().Before(cred.Expires) {
		return nil, "", awserr.Of(awserr.ExpiredToken, "The security token included in the request is expired")
	}
	account := cred.Principal.Account
	need := front.Need{Action: "gatehouse:PutAsset", Resource: arn.Make(Service, sig.Region, account, "asset/"+sum)}
	d, err := h.front.Decide(r.Context(), front.Origin{Caller: cred, Account: account, Region: sig.Region}, need)
	if err == nil && !d.Allowed {
		err = awserr.Of(awserr.AccessDenied, "%s", d.Message(&policy.Request{Action: need.Action, Resource: need.Resource, Principal: cred.Principal}))
	}
	return sig, cred.Secret, err
}

// wellKnown is root for this machine's user, as in the pipeline.
const wellKnown = "test"

func (h *handler) credential(r *http.Request, sig *sigv4.Signature) (*front.Credential, error) {
	if sig.AccessKeyID == wellKnown && h.front.Loopback(r) {
		return front.RootCredential(h.front.Account, wellKnown, wellKnown), nil
	}
	return h.front.Authority.Credential(r.Context(), sig.AccessKeyID, sig.SessionToken)
}

func (h *handler) head(w http.ResponseWriter, r *http.Request) {
	sum := r.PathValue("sum")
	if _, _, err := h.admit(r, sum); err != nil {
		h.refuse(w, err)
		return
	}
	switch has, err := h.store.Has(r.Context(), sum); {
	case err != nil:
		h.refuse(w, err)
	case !has:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (h *handler) put(w http.ResponseWriter, r *http.Request) {
	sum := r.PathValue("sum")
	sig, secret, err := h.admit(r, sum)
	if err != nil {
		h.refuse(w, err)
		return
	}
	if r.ContentLength > MaxSize {
		h.refuse(w, blob.ErrTooLarge)
		return
	}
	body, err := h.verifier.Payload(r, sig, secret)
	if err == nil {
		err = h.store.Put(r.Context(), sum, body)
	}
	if err != nil {
		h.refuse(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (h *handler) refuse(w http.ResponseWriter, err error) {
	status, message := http.StatusInternalServerError, "the asset could not be stored"
	switch e := awserr.As(err); {
	case e != nil && e.Status != 0:
		status, message = e.Status, e.Message
	case e != nil:
		status, message = http.StatusForbidden, e.Message
	case errors.Is(err, blob.ErrTooLarge):
		status, message = http.StatusRequestEntityTooLarge, "the asset is larger than 50 MB"
	case errors.Is(err, blob.ErrMismatch):
		status, message = http.StatusBadRequest, "the bytes do not have this SHA-256"
	default:
		h.log.Error("assets: an upload failed", "error", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"message": message})
}
