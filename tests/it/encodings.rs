//! What is not UTF-8 is told by the encoding that it looks like.

use feedmill::content::encoding::likely;

#[test]
fn encodings_are_told_by_how_their_bytes_go_together() {
    let cases: &[(&[u8], Option<&str>)] = &[
        (b"\xb1\xea\xcc\xe2\xa3\xba\xbd\xf1\xcc\xec\xb5\xc4\xd0\xc2\xce\xc5\xa1\xa3\xd5\xfd\xce\xc4\xc0\xef\xd3\xd0\xd2\xbb\xd0\xa9 Rust \xb4\xfa\xc2\xeb\xa1\xa3", Some("GB18030")),
        (b"\xb1\xea\xcc\xe2", Some("GB18030")),
        (b"\x8d\xa1\x93\xfa\x82\xcd\x90V\x82\xb5\x82\xa2\x8bL\x8e\x96\x82\xf0\x8f\x91\x82\xab\x82\xdc\x82\xb5\x82\xbd\x81B\x83J\x83^\x83J\x83i\x82\xe0\x82\xa0\x82\xe8\x82\xdc\x82\xb7\x81B", Some("SHIFT_JIS")),
        (b"\x8bL\x8e\x96\x82\xcc\x83^\x83C\x83g\x83\x8b", Some("SHIFT_JIS")),
        (b"\xba\xa3\xc6\xfc\xa4\xcf\xbf\xb7\xa4\xb7\xa4\xa4\xb5\xad\xbb\xf6\xa4\xf2\xbd\xf1\xa4\xad\xa4\xde\xa4\xb7\xa4\xbf\xa1\xa3", Some("EUC-JP")),
        (b"It\x92s a test \x96 \x93quoted\x94, with words around it.", Some("WINDOWS-1252")),
        (b"Gr\xf6\xdfe und Stra\xdfe, d\xe9j\xe0 vu \xe0 la carte", Some("WINDOWS-1252")),
        (b"Gr\xf6\xdfe", Some("WINDOWS-1252")),
        (b"El ni\xf1o comi\xf3 pi\xf1ata ma\xf1ana.", Some("WINDOWS-1252")),
        (b"\xff\xfeT\x00e\x00x\x00t\x00 \x00i\x00n\x00 \x00U\x00T\x00F\x00-\x001\x006\x00", Some("UTF-16")),
        (b"\xa4\xb5\xa4\xd1\xaa\xba\xb7s\xbbD\xbc\xd0\xc3D\xacO\xa4@\xad\xd3\xb4\xfa\xb8\xd5\xa6\xd3\xa4w", None),
        // UTF-8 with a wrong byte is no other encoding.
        (b"\xe8\xbf\x99\xe6\x98\xaf\xe8\xa2\xab\xe5\x89\xaa\xe6\x96\xad\xe7\x9a\x84\xe6\x96 \xe6\x96\x87\xe5\xad\x97", None),
        (b"\xfe\xff\0-", Some("UTF-16")),
        (b"\xff\xfe\0\0-\0\0\0", Some("UTF-32")),
        (b"\x80\x81\x82\xff\xff", None),
    ];
    for (text, name) in cases {
        // Front matter stands before it.
        let post = [b"---\ntitle: ", *text, b"\n---\nText.\n"].concat();
        let bytes = if name.is_some_and(|name| name.starts_with("UTF")) { *text } else { &post };
        assert_eq!(likely(bytes), *name, "{}", text.escape_ascii());
    }
    // Within what is looked at, and with a character at its end.
    let long = [&b"---\n"[..], &b"\xb1\xea\xcc\xe2".repeat(100_000)].concat();
    assert_eq!(likely(&long), Some("GB18030"));
    assert_eq!(likely(&[&long[..], b"!"].concat()[1..]), Some("GB18030"));
    assert_eq!(likely(&[b"x".repeat(100_000), b"\xff".to_vec()].concat()), None);
}
