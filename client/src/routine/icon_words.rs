//! What icons show and colours are called.

use daymark_shared::routine::Colour;

crate::words! {
    sun: "Yellow", "Gelb";
    leaf: "Green", "Grün";
    sea: "Blue", "Blau";
    slate: "Violet", "Violett";
    plum: "Purple", "Lila";
    brick: "Red", "Rot";

    icon_circle: "Circle", "Kreis";
    icon_sun: "Sun", "Sonne";
    icon_sunrise: "Sunrise", "Sonnenaufgang";
    icon_moon: "Moon", "Mond";
    icon_bed: "Bed", "Bett";
    icon_coffee: "Coffee", "Kaffee";
    icon_utensils: "Meal", "Essen";
    icon_apple: "Apple", "Apfel";
    icon_shower: "Shower", "Dusche";
    icon_toothbrush: "Toothbrush", "Zahnbürste";
    icon_pill: "Medicine", "Medikament";
    icon_heart: "Heart", "Herz";
    icon_stethoscope: "Doctor", "Arzt";
    icon_dumbbell: "Workout", "Training";
    icon_footprints: "Walk", "Spaziergang";
    icon_bike: "Bike", "Fahrrad";
    icon_car: "Car", "Auto";
    icon_plane: "Plane", "Flugzeug";
    icon_briefcase: "Work", "Arbeit";
    icon_laptop: "Laptop", "Laptop";
    icon_phone: "Phone", "Telefon";
    icon_users: "People", "Menschen";
    icon_mail: "Mail", "Post";
    icon_book: "Book", "Buch";
    icon_study: "Study", "Lernen";
    icon_pen: "Writing", "Schreiben";
    icon_code: "Code", "Code";
    icon_palette: "Painting", "Malen";
    icon_music: "Music", "Musik";
    icon_game: "Game", "Spiel";
    icon_house: "House", "Haus";
    icon_shopping: "Shopping", "Einkauf";
    icon_washing: "Laundry", "Wäsche";
    icon_sprout: "Plants", "Pflanzen";
    icon_dog: "Dog", "Hund";
    icon_cat: "Cat", "Katze";
}

impl Words {
    /// What a colour is called.
    pub fn colour_name(&self, colour: Colour) -> &'static str {
        match colour {
            Colour::Sun => self.sun(),
            Colour::Leaf => self.leaf(),
            Colour::Sea => self.sea(),
            Colour::Slate => self.slate(),
            Colour::Plum => self.plum(),
            Colour::Brick => self.brick(),
        }
    }

    /// What an icon shows; a plain one for a name that is not known.
    pub fn icon_name(&self, name: &str) -> &'static str {
        match name {
            "sun" => self.icon_sun(),
            "sunrise" => self.icon_sunrise(),
            "moon" => self.icon_moon(),
            "bed" => self.icon_bed(),
            "coffee" => self.icon_coffee(),
            "utensils" => self.icon_utensils(),
            "apple" => self.icon_apple(),
            "shower-head" => self.icon_shower(),
            "toothbrush" => self.icon_toothbrush(),
            "pill" => self.icon_pill(),
            "heart" => self.icon_heart(),
            "stethoscope" => self.icon_stethoscope(),
            "dumbbell" => self.icon_dumbbell(),
            "footprints" => self.icon_footprints(),
            "bike" => self.icon_bike(),
            "car" => self.icon_car(),
            "plane" => self.icon_plane(),
            "briefcase" => self.icon_briefcase(),
            "laptop" => self.icon_laptop(),
            "phone" => self.icon_phone(),
            "users" => self.icon_users(),
            "mail" => self.icon_mail(),
            "book-open" => self.icon_book(),
            "graduation-cap" => self.icon_study(),
            "pen-line" => self.icon_pen(),
            "code" => self.icon_code(),
            "palette" => self.icon_palette(),
            "music" => self.icon_music(),
            "gamepad-2" => self.icon_game(),
            "house" => self.icon_house(),
            "shopping-cart" => self.icon_shopping(),
            "washing-machine" => self.icon_washing(),
            "sprout" => self.icon_sprout(),
            "dog" => self.icon_dog(),
            "cat" => self.icon_cat(),
            _ => self.icon_circle(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{i18n::Hours, ui::glyphs};
    use daymark_shared::account::Locale;
    use std::collections::BTreeSet;

    #[test]
    fn every_icon_has_a_name_of_its_own() {
        for language in Locale::ALL {
            let words = Words(crate::i18n::I18n::new(*language, &[], Hours::Usual));
            let names: BTreeSet<_> = glyphs::CHOICE.iter().map(|(name, _)| words.icon_name(name)).collect();
            assert_eq!(names.len(), glyphs::CHOICE.len());
        }
    }
}
