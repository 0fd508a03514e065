use super::*;
use proptest::prelude::*;

fn read_back(field: Field<'_>, form: Form) -> Vec<u8> {
    let mut out = Vec::new();
    write(form, field, &mut out);
    out
}

#[test]
fn whole_numbers_are_read_to_both_ends() {
    assert!(integer(b"0") == Some(Field::Integer(0)));
    assert!(integer(b"-0") == Some(Field::Integer(0)));
    assert!(integer(b"-9223372036854775808") == Some(Field::Integer(i64::MIN)));
    assert!(integer(b"9223372036854775807") == Some(Field::Integer(i64::MAX)));
    assert!(integer(b"9223372036854775808") == Some(Field::Text(b"9223372036854775808")));
    assert!(integer(&[b'0'; 255]) == Some(Field::Integer(0)));
    let wrong: [&[u8]; 9] = [
        b"",
        b"-",
        b"1.0",
        b"+1",
        b"1e3",
        b" 1",
        b"-9223372036854775809",
        b"18446744073709551616",
        b"99999999999999999999999",
    ];
    for text in wrong {
        assert!(integer(text).is_none(), "{text:?}");
    }
}

#[test]
fn digits_are_read_in_both_cases_and_nothing_else() {
    let mut room = Vec::new();
    assert_eq!(unhex(b"00fFAa9", &mut room), None);
    assert_eq!(unhex(b"00fFAa", &mut room), Some(&[0, 255, 170][..]));
    for wrong in [&b""[..], b"0g", b"/0", b":0", b"@0", b"G0", b"`0"] {
        assert_eq!(unhex(wrong, &mut room), None, "{wrong:?}");
    }
}

#[test]
fn floating_point_numbers_are_numbers() {
    for wrong in [
        &b"nan"[..],
        b"inf",
        b"-inf",
        b"1e999",
        b"",
        b"x",
        b"+1",
        b"0x1",
    ] {
        assert_eq!(real(wrong), None, "{wrong:?}");
    }
    assert_eq!(real(b"-1.5e-3"), Some(-0.0015));
}

proptest! {
    #[test]
    fn text_and_bytes_are_read_again(bytes: Vec<u8>) {
        let mut room = Vec::new();
        let written = read_back(Field::Text(&bytes), Form::Text);
        let inner = &written[1..written.len() - 1];
        prop_assert_eq!(unescape(inner, &mut room), Some(&bytes[..]));
        let written = read_back(Field::Blob(&bytes), Form::Bytes);
        match bytes.is_empty() {
            true => prop_assert_eq!(&written[..], b"''"),
            false => prop_assert_eq!(unhex(&written[2..], &mut room), Some(&bytes[..])),
        }
    }

    #[test]
    fn single_precision_stays_exact_and_in_range(bits: u32) {
        let number = f32::from_bits(bits);
        prop_assume!(number.is_finite());
        let written = read_back(Field::Real(f64::from(number)), Form::Float);
        let read = real(&written).unwrap();
        prop_assert_eq!((read as f32).to_bits(), bits);
        prop_assert!(read.abs() <= f64::from(f32::MAX));
    }

    #[test]
    fn double_precision_stays_exact(bits: u64) {
        let number = f64::from_bits(bits);
        prop_assume!(number.is_finite());
        let written = read_back(Field::Real(number), Form::Double);
        prop_assert_eq!(real(&written).unwrap().to_bits(), bits);
        prop_assert!(written.contains(&b'e'));
    }
}
