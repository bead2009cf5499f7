package execute

import (
	"strings"

	api "github.com/gatehouse-dev/gatehouse/internal/api/apigateway"
	"github.com/gatehouse-dev/gatehouse/internal/logline"
)

// accessLog is where and how a stage logs its requests.
type accessLog struct {
	group  string
	format substitution
}

// compileAccessLog returns nil where the stage has none, and for destinations
// that are not log groups.
func compileAccessLog(s *api.AccessLogSettings) *accessLog {
	if s == nil || str(s.Format) == "" {
		return nil
	}
	_, group, ok := strings.Cut(str(s.DestinationArn), ":log-group:")
	if !ok || group == "" {
		return nil
	}
	return &accessLog{group: strings.TrimSuffix(group, ":*"), format: compileSubstitution(str(s.Format))}
}

func (x *exchange) writeAccessLog() {
	logs := x.gateway.o.Logs
	if logs == nil || x.stage == nil || x.stage.accessLog == nil {
		return
	}
	l := x.stage.accessLog
	line := l.format.render(nil, x, func(string) string { return "-" })
	logs.AppendLog(x.stage.account, x.stage.region, l.group, x.apiID+"_"+x.stageName,
		logline.Event{Time: x.start, Message: string(line)})
}
