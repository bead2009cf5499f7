package execute

import (
	"bytes"
	"compress/gzip"
	"strconv"
	"strings"
)

// compress applies the API's minimumCompressionSize: bodies from that size on
// are sent gzipped to clients that accept it, unless they are encoded already.
func (x *exchange) compress() error {
	limit := x.stage.compressOver
	if limit < 0 || x.response.stream != nil || len(x.response.body) < max(limit, 1) {
		return nil
	}
	if !acceptsGzip(x.r.Header.Get("Accept-Encoding")) || len(x.response.header["Content-Encoding"]) > 0 {
		return nil
	}
	var out bytes.Buffer
	z, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed) // the level is valid
	if _, err := z.Write(x.response.body); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	x.response.body = out.Bytes()
	x.response.header["Content-Encoding"] = []string{"gzip"}
	return nil
}

// acceptsGzip reads an Accept-Encoding header (RFC 9110 section 12.5.3).
func acceptsGzip(header string) bool {
	for item := range strings.SplitSeq(header, ",") {
		coding, params, _ := strings.Cut(item, ";")
		coding = strings.ToLower(strings.TrimSpace(coding))
		if coding != "gzip" && coding != "*" {
			continue
		}
		name, value, _ := strings.Cut(strings.TrimSpace(params), "=")
		if strings.TrimSpace(name) != "q" {
			return true
		}
		q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		return err == nil && q > 0
	}
	return false
}
