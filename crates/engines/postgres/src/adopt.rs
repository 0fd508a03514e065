use weir_engine::{Context, Dumped, ForeignDump, PartSink};
use weir_model::error::{Error, Kind, Result};

pub(crate) async fn adopt(_dump: &ForeignDump, _sink: &dyn PartSink, _context: &Context) -> Result<Dumped> {
    Err(Error::new(Kind::Unsupported, "adopt", "wip").hint("wip"))
}
