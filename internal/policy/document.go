package policy

// Document is a compiled policy. It is immutable.
type Document struct {
	kind       Kind
	version    string
	statements []statement
	keys       []string // see ContextKeys
}

// Kind is what the document was parsed as.
func (d *Document) Kind() Kind { return d.kind }

// Version is the version of the language: "2008-10-17" where none was given.
func (d *Document) Version() string { return d.version }

// Len is the number of statements.
func (d *Document) Len() int { return len(d.statements) }

// Sid is the id of the i-th statement, or "".
func (d *Document) Sid(i int) string { return d.statements[i].sid }

// Parse compiles a document of a kind. The error is a *MalformedError. The
// text is not kept.
func Parse(kind Kind, text []byte) (*Document, error) {
	root, err := decodeJSON(text)
	if err != nil {
		return nil, errJSON(kind)
	}
	src, err := shape(root)
	if err != nil {
		return nil, errSyntax(kind)
	}
	check := checkPermissions
	if kind.namesPrincipal() {
		check = checkPrincipalled
	}
	if err := check(kind, src); err != nil {
		return nil, err
	}
	return compile(kind, src)
}

func compile(kind Kind, src sourceDoc) (*Document, error) {
	doc := &Document{kind: kind, version: src.version}
	if doc.version == "" {
		doc.version = version2008
	}
	doc.statements = make([]statement, 0, len(src.statements))
	for _, s := range src.statements {
		st, err := compileStatement(kind, s, doc.version == version2012)
		if err != nil {
			return nil, err
		}
		doc.statements = append(doc.statements, st)
	}
	doc.keys = collectKeys(doc)
	return doc, nil
}
