//! What is made: products, routes, release plans, lots in work at time 0.

use bevy::prelude::*;

use crate::scene::schema;
use crate::units::Duration;

/// A route; its steps refer to tool groups, reticles and operators by [`SceneId`](super::SceneId) position.
#[derive(Component, Clone, Debug, Default, PartialEq, Reflect)]
#[reflect(Component)]
pub struct Route {
    /// Steps in order.
    pub steps: Vec<schema::Step>,
}

/// A product.
#[derive(Component, Clone, Copy, Debug, Default, PartialEq, Eq, Reflect)]
#[reflect(Component)]
pub struct Product;

/// The route that a product follows.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq, Reflect)]
#[relationship(relationship_target = RouteProducts)]
#[reflect(Component)]
pub struct Follows(pub Entity);

/// The products that follow a route.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq, Reflect)]
#[relationship_target(relationship = Follows)]
#[reflect(Component)]
pub struct RouteProducts(Vec<Entity>);

/// A release plan: one lot type.
#[derive(Component, Clone, Debug, PartialEq, Reflect)]
#[reflect(Component)]
pub struct ReleasePlan {
    /// Wafers of a lot.
    pub wafers: u32,
    /// Priority.
    pub priority: i32,
    /// When lots are released.
    pub plan: schema::Plan,
    /// Due date of a lot.
    pub due: schema::Due,
    /// Whether its lots reserve tools ahead.
    pub reserve: bool,
}

/// A lot in work at time 0.
#[derive(Component, Clone, Debug, Default, PartialEq, Reflect)]
#[reflect(Component)]
pub struct InitialLot {
    /// Step it waits for (position in the route, from 0).
    pub step: u32,
    /// Wafers.
    pub wafers: u32,
    /// Priority.
    pub priority: i32,
    /// Due time, from time 0 on.
    pub due: Option<Duration>,
}

/// The product of a release plan or an initial lot.
#[derive(Component, Clone, Copy, Debug, PartialEq, Eq, Reflect)]
#[relationship(relationship_target = ProductLots)]
#[reflect(Component)]
pub struct OfProduct(pub Entity);

/// The release plans and initial lots of a product.
#[derive(Component, Clone, Debug, Default, PartialEq, Eq, Reflect)]
#[relationship_target(relationship = OfProduct)]
#[reflect(Component)]
pub struct ProductLots(Vec<Entity>);
