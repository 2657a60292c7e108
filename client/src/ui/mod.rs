//! Parts of an interface: buttons, fields, dialogs. They know no word of Daymark's domain, no store and no server.

pub mod async_view;
pub mod button;
pub mod choice;
pub mod class;
pub mod dialog;
pub mod field;
pub mod glyphs;
pub mod icon;
pub mod menu;
pub mod ring;
pub mod sortable;
pub mod toast;

pub use async_view::{Failure, Notice, notice, skeleton, trouble};
pub use button::{Button, IconButton, Kind, pressed};
pub use choice::{Segment, Select, segmented, select, switch};
pub use class::{class_if, classes};
pub use dialog::{Dialog, Shape};
pub use field::{PasswordField, Typed, text_field};
pub use glyphs::Glyph;
pub use icon::{icon, mark};
pub use menu::{Menu, MenuItem, use_menu};
pub use ring::ring;
pub use sortable::{Sortable, use_sortable};
