//! Schemas of the types that are strings on the wire.

/// Gives a type that is a string on the wire its schema: with a format, or with a greatest length.
macro_rules! string_schema {
    ($name:ident, max $max:expr) => {
        crate::openapi::string_schema!(@ $name, |object| object.max_length(Some($max)));
    };
    ($name:ident, $format:literal) => {
        crate::openapi::string_schema!(@ $name, |object| object
            .format(Some(utoipa::openapi::SchemaFormat::Custom($format.to_owned()))));
    };
    (@ $name:ident, $more:expr) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let object = utoipa::openapi::ObjectBuilder::new().schema_type(utoipa::openapi::Type::String);
                let more: fn(utoipa::openapi::ObjectBuilder) -> utoipa::openapi::ObjectBuilder = $more;
                more(object).build().into()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
        }
    };
}

pub(crate) use string_schema;
