// The cell of a number where transforms lie side by side, place by place.
fn across(number: u32) -> u32 {
    return number % together() * length() + number / together();
}
