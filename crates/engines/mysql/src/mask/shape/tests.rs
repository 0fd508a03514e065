use super::*;
use crate::mask::samples::shape;

#[test]
fn what_the_server_computes_is_left_out_and_what_is_invisible_is_not() {
    let shape =
        shape("`a` int(11) INVISIBLE, `b` int GENERATED ALWAYS AS (`a`) VIRTUAL, `f``g` float");
    assert_eq!(shape.select("s"), "SELECT `a`, `f``g`*1e0 FROM `s`.`t`");
    assert_eq!(shape.head(), "INSERT INTO `t` (`a`,`f``g`) VALUES\n");
    let catalog: Vec<_> = shape.columns.iter().map(|column| column.catalog).collect();
    assert_eq!(catalog, [Some(0), Some(2)]);
}

fn versioned(columns: &str) -> Shape {
    let create = format!("CREATE TABLE `t` ({columns}) ENGINE=InnoDB WITH SYSTEM VERSIONING");
    Shape::of(&TableDefinition::parse(&create).unwrap())
}

#[test]
fn history_is_read_with_its_times() {
    let shape = versioned("`a` int");
    let expected = "SELECT `a`, `row_start`, `row_end` FROM `s`.`t` FOR SYSTEM_TIME ALL";
    assert_eq!(shape.select("s"), expected);
    let shape = versioned(
        "`a` int, `s` timestamp(6) GENERATED ALWAYS AS ROW START, \
         `e` timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (`s`, `e`)",
    );
    let expected = "SELECT `a`, `s`, `e` FROM `s`.`t` FOR SYSTEM_TIME ALL";
    assert_eq!(shape.select("s"), expected);
}

#[test]
fn a_table_without_stored_columns_has_rows_all_the_same() {
    let shape = shape("`a` int GENERATED ALWAYS AS (1) VIRTUAL");
    assert_eq!(shape.select("s"), "SELECT NULL FROM `s`.`t`");
    assert_eq!(shape.head(), "INSERT INTO `t` () VALUES\n");
}

#[test]
fn types_have_forms() {
    let cases = [
        ("mediumint(8) unsigned", Form::Integer),
        ("decimal(65,30)", Form::Decimal),
        ("float(7,3)", Form::Float),
        ("double", Form::Double),
        ("year(4)", Form::Text),
        ("timestamp(6)", Form::Text),
        ("enum('a','b')", Form::Text),
        ("uuid", Form::Text),
        ("json", Form::TextAlone),
        ("binary(3)", Form::Bytes),
        ("longblob", Form::Bytes),
        ("bit(64)", Form::Bit),
        ("geometrycollection", Form::Geometry),
    ];
    for (data_type, form) in cases {
        let shape = shape(&format!("`a` {data_type}"));
        assert_eq!(shape.columns[0].form, form, "{data_type}");
    }
}
